using System.Net;
using System.Text.RegularExpressions;
using MalariaLab.Testing;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace MalariaLab.Web.Tests;

/// <summary>The whole web process on an empty data folder, without a worker.</summary>
public sealed partial class LabFactory : WebApplicationFactory<Program>
{
    public const string Email = "ada@lab.example", Password = "correct horse";

    /// <summary>The data folder.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("malarialab-web-").FullName;

    /// <summary>A browser without redirects, so that answers are seen as they are.</summary>
    public HttpClient Browser() => CreateClient(new() { AllowAutoRedirect = false });

    /// <summary>The token that the console shows.</summary>
    public string SetUpToken()
    {
        _ = Services;
        return File.ReadAllText(Services.GetRequiredService<SetUpToken>().File).Trim();
    }

    /// <summary>Posts a form as a browser does: with the hidden fields of the page that it came from.</summary>
    public static async Task<HttpResponseMessage> Submit(HttpClient browser, string path, params (string Name, string Value)[] fields)
    {
        var page = await browser.GetStringAsync(new Uri(path, UriKind.Relative));
        var form = HiddenField().Matches(page).Select(m => KeyValuePair.Create(m.Groups["name"].Value, WebUtility.HtmlDecode(m.Groups["value"].Value)))
            .Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var content = new FormUrlEncodedContent(form);
        return await browser.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    /// <summary>Makes the first administrator and leaves <paramref name="browser"/> signed in.</summary>
    public Task<HttpResponseMessage> SetUp(HttpClient browser, string? token = null) => Submit(browser, LabUrls.SetUp,
        ("Form.Token", token ?? SetUpToken()), ("Form.Name", "Ada"), ("Form.Email", Email), ("Form.Password", Password), ("Form.Again", Password));

    protected override void ConfigureWebHost(IWebHostBuilder builder) => builder
        .UseEnvironment("Production")
        .UseSetting("Lab:Data", Folder)
        .UseSetting("Worker:Local", "false")
        .UseSetting("Logging:LogLevel:Default", "Error")
        // Tests claim jobs as workers that are not there; whenever the reconciler passed by, it would take them back.
        .ConfigureTestServices(services => services.Remove(services.Single(s => s.ImplementationType?.Name == "ReconcilerService")));

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) TemporaryFolder.Delete(Folder);
    }

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)""")]
    private static partial Regex HiddenField();
}
