using MalariaLab.Web.Localisation;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace MalariaLab.Web.Features.Documents;

/// <summary>Renders a component to HTML once, without a circuit.</summary>
public sealed class DocumentRenderer(IServiceScopeFactory scopes, ILoggerFactory loggers)
{
    /// <summary>The HTML of a component.</summary>
    /// <param name="parameters">By the name of the component's parameter.</param>
    /// <param name="language">Code of the language; an unknown one is English.</param>
    public async Task<string> RenderAsync<T>(IDictionary<string, object?> parameters, string? language) where T : IComponent
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<Words>().Use(language);
        await using var renderer = new HtmlRenderer(scope.ServiceProvider, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () => (await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(parameters))).ToHtmlString());
    }
}
