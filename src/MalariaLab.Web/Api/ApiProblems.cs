using MalariaLab.Core;
using MalariaLab.Core.Experiments;

namespace MalariaLab.Web.Api;

/// <summary>Turns a refusal into a problem document with its sentence; anything else stays a plain 500 without a trace.</summary>
public sealed class ApiProblems : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (NotFoundException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status404NotFound, title: "Not found");
        }
        catch (SpecException e)
        {
            return Results.ValidationProblem(new Dictionary<string, string[]> { [e.Field] = [e.Message] }, e.Message, title: "The experiment cannot work as asked");
        }
        catch (SpecRefusedException e)
        {
            return Results.ValidationProblem(e.Errors, e.Message, title: "The experiment cannot work as asked");
        }
        catch (Exception e) when (e is ExplainedException or FormatException)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status400BadRequest, title: "Refused");
        }
    }
}

/// <summary>A spec that cannot work; errors by field.</summary>
public sealed class SpecRefusedException(IDictionary<string, string[]> errors)
    : ExplainedException(string.Join(" ", errors.SelectMany(field => field.Value)))
{
    /// <summary>Sentences by field path.</summary>
    public IDictionary<string, string[]> Errors { get; } = errors;
}
