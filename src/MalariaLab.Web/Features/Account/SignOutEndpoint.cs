using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Identity;

namespace MalariaLab.Web.Features.Account;

/// <summary>Ends the session; a form post with its anti-forgery token, so that no link elsewhere can do it.</summary>
public static class SignOutEndpoint
{
    /// <summary>Maps it.</summary>
    public static void MapSignOut(this IEndpointRouteBuilder endpoints) => endpoints.MapPost(LabUrls.SignOut, SignOutAsync);

    private static async Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery, SignInManager<LabUser> signIn)
    {
        if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
        await signIn.SignOutAsync();
        return Results.LocalRedirect(LabUrls.SignInPath);
    }
}
