using System.Net;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

/// <summary>What a stranger can reach, and with which headers.</summary>
public sealed partial class DoorTests(LabFactory lab) : IClassFixture<LabFactory>
{
    // Whoever opens another door writes it here and says why in the review.
    private static readonly HashSet<string> Open = ["/setup", "/sign-in", "/join/{token}", "/error", "/health", "/s/{token}/", "/s/{token}/images/{number}"];

    [Fact]
    public void Endpoints_WithoutSignIn_AreExactlyTheAllowlist()
    {
        _ = lab.CreateClient();
        var anonymous = lab.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null)
            .Where(endpoint => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.StaticAssets.StaticAssetDescriptor>() is null)
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.TrimStart('/')).ToHashSet();
        Assert.Equal(Open.Order(), anonymous.Order());
    }

    [Fact]
    public async Task Endpoints_OpenedByAStranger_LeadToSignInOrRefuse()
    {
        using var stranger = lab.Browser();
        var paths = lab.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(endpoint => "/" + Parameter().Replace(endpoint.RoutePattern.RawText!.TrimStart('/'), "1")).Distinct().ToList();
        Assert.NotEmpty(paths);
        foreach (var path in paths)
        {
            using var answer = await stranger.GetAsync(path);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.MethodNotAllowed
                || (answer.StatusCode == HttpStatusCode.Redirect && answer.Headers.Location!.OriginalString.Contains("/sign-in", StringComparison.Ordinal)),
                $"{path} answered a stranger with {answer.StatusCode}.");
        }
    }

    [Fact]
    public async Task EveryAnswer_CarriesSecurityHeaders()
    {
        using var stranger = lab.Browser();
        foreach (var path in (string[])["/setup", "/js/lab.js", "/runs", "/api/v1/nothing"])
        {
            using var answer = await stranger.GetAsync(path);
            var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
            Assert.Contains("script-src 'self';", policy);
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        }
    }

    [Fact]
    public async Task ForeignHostName_IsRefused()
    {
        using var stranger = lab.Browser();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in") { Headers = { Host = "rebound.example" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await stranger.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    [Theory]
    [InlineData("css/lab", "text/css")]
    [InlineData("js/lab", "text/javascript")]
    [InlineData("_framework/blazor.web", "text/javascript")]
    public async Task Assets_OfAPage_HaveFingerprintsAndAreKept(string name, string type)
    {
        using var stranger = lab.Browser();
        var page = await stranger.GetStringAsync("/setup");
        var address = Regex.Match(page, $"""(?:src|href)="({Regex.Escape(name)}\.[a-z0-9]+\.(?:css|js))" """.TrimEnd()).Groups[1].Value;
        Assert.NotEmpty(address);
        using var answer = await stranger.GetAsync("/" + address);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("immutable", answer.Headers.CacheControl!.ToString());
    }

    [Theory]
    [InlineData("light")]
    [InlineData("dark")]
    public async Task RadzenStyles_OfAPage_CostNoLookAtTheWholePageForEachElement(string theme)
    {
        using var stranger = lab.Browser();
        var page = await stranger.GetStringAsync("/setup");
        var address = Regex.Match(page, $"""data-theme-sheet="{theme}"[^>]* href="([^"]+)" """.TrimEnd()).Groups[1].Value;
        var style = await stranger.GetStringAsync(new Uri("/" + address, UriKind.Relative));
        Assert.DoesNotContain(":has(", style);
        Assert.Contains(".rz-datatable:focus{outline", style);
        // The fonts still lie beside the sheet that came with the package.
        var font = Regex.Match(style, """url\("([^"]+\.woff2)"\)""").Groups[1].Value;
        using var answer = await stranger.GetAsync(new Uri(new Uri(stranger.BaseAddress!, address), font));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [GeneratedRegex(@"\{[^}]+\}")]
    private static partial Regex Parameter();
}
