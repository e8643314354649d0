using MalariaLab.Data;
using MalariaLab.Data.Entities;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace MalariaLab.Web.Security;

/// <summary>Sign-in by cookie for people, by bearer token for programs; everything needs one of them unless it says otherwise.</summary>
public static class LabAccounts
{
    /// <summary>Policy: may import, define, queue and cancel.</summary>
    public const string MayChange = "may-change";

    /// <summary>Policy of the REST interface: a bearer token, never the browser's cookie.</summary>
    public const string Api = "api";

    /// <summary>Registers accounts, schemes and policies.</summary>
    public static void AddLabAccounts(this IServiceCollection services)
    {
        services.AddAuthentication(options =>
        {
            options.DefaultScheme = IdentityConstants.ApplicationScheme;
            options.DefaultSignInScheme = IdentityConstants.ApplicationScheme;
        }).AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.Scheme, null).AddIdentityCookies();
        services.AddIdentityCore<LabUser>(options =>
        {
            options.User.RequireUniqueEmail = true;
            options.Password.RequiredLength = 10;
            options.Password.RequireNonAlphanumeric = options.Password.RequireDigit = options.Password.RequireUppercase = options.Password.RequireLowercase = false;
            options.Lockout.MaxFailedAccessAttempts = 5;
            options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
        }).AddRoles<IdentityRole<long>>().AddEntityFrameworkStores<LabDbContext>().AddSignInManager().AddDefaultTokenProviders().AddClaimsPrincipalFactory<LabClaims>();
        services.ConfigureApplicationCookie(options =>
        {
            options.Cookie.Name = "lab-session";
            options.LoginPath = LabUrls.SignInPath;
            options.AccessDeniedPath = LabUrls.NotAllowed;
            options.ReturnUrlParameter = "returnUrl";
            options.ExpireTimeSpan = TimeSpan.FromDays(14);
        });
        // A revoked or changed account loses its cookie within a minute.
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = TimeSpan.FromMinutes(1));
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Api, policy => policy.AddAuthenticationSchemes(BearerHandler.Scheme).RequireAuthenticatedUser())
            .AddPolicy(MayChange, policy => policy.RequireRole(LabRoles.Member, LabRoles.Admin));
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, CircuitAuthentication>();
        services.AddDataProtection().SetApplicationName("MalariaLab");
        services.AddSingleton<IConfigureOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>, KeysInDataFolder>();
        services.AddSingleton<SetUpToken>();
        services.AddSingleton<LocalAccess>();
        services.AddSingleton<ApiTokens>();
        services.AddScoped<People>();
    }
}
