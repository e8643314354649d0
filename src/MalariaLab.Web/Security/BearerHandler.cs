using System.Security.Claims;
using System.Text.Encodings.Web;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Security;

/// <summary>Authenticates <c>Authorization: Bearer …</c> for the REST interface: a person's API token or the local command line.</summary>
public sealed class BearerHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiTokens tokens, LocalAccess local, SignInManager<LabUser> signIn)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    /// <summary>Name of the scheme.</summary>
    public new const string Scheme = "Bearer";

    /// <inheritdoc />
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!((string?)Request.Headers.Authorization is { } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))) return AuthenticateResult.NoResult();
        var token = header["Bearer ".Length..].Trim();
        if (local.Accepts(token)) return Success(CommandLine());
        // Somebody else's wrong passwords lock the sign-in for minutes; a token needs no password and goes on.
        if (await tokens.OwnerAsync(token, Context.RequestAborted) is { IsClosed: false } owner && await signIn.CanSignInAsync(owner))
            return Success(await signIn.CreateUserPrincipalAsync(owner));
        return AuthenticateResult.Fail("The token is unknown, revoked or out of date. Make one on the account page.");
    }

    /// <inheritdoc />
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync();
        Response.Headers.WWWAuthenticate = "Bearer";
        await Results.Problem(result.Failure?.Message ?? "Send a token: \"Authorization: Bearer …\". Tokens are made on the account page.",
            statusCode: StatusCodes.Status401Unauthorized, title: "Not signed in").ExecuteAsync(Context);
    }

    /// <inheritdoc />
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) =>
        Results.Problem("Your role does not allow this; ask an administrator of the lab.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed").ExecuteAsync(Context);

    private static ClaimsPrincipal CommandLine() => new(new ClaimsIdentity(
        [new(ClaimTypes.Name, "command line"), new(Person.NameClaim, "command line"), new(ClaimTypes.Role, LabRoles.Admin)], Scheme));

    private static AuthenticateResult Success(ClaimsPrincipal user) => AuthenticateResult.Success(new AuthenticationTicket(user, Scheme));
}
