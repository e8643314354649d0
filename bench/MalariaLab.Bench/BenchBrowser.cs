using System.Globalization;
using Microsoft.Playwright;

namespace MalariaLab.Bench;

/// <summary>Chromium, signed in to a lab as its first administrator.</summary>
internal sealed class BenchBrowser : IAsyncDisposable
{
    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private BenchBrowser(IPlaywright playwright, IBrowser browser, IBrowserContext context) => (_playwright, _browser, Context) = (playwright, browser, context);

    public IBrowserContext Context { get; }

    /// <summary>Starts Chromium and makes the administrator; null where there is no Chromium.</summary>
    public static async Task<BenchBrowser?> OpenAsync(WebLab lab, Uri url)
    {
        string[] places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
        if (places.FirstOrDefault(File.Exists) is not { } program)
        {
            Console.WriteLine("Chromium is not installed: the browser's part is left out (apt-get install chromium).");
            return null;
        }
        var playwright = await Playwright.CreateAsync();
        // Few renderers, as one person's browser with many tabs has.
        string[] switches = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--renderer-process-limit=4", "--disable-background-networking"];
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = program, Args = switches });
        var context = await browser.NewContextAsync(new() { BaseURL = url.ToString(), ViewportSize = new() { Width = 1280, Height = 900 } });
        var page = await context.NewPageAsync();
        await page.GotoAsync($"/setup?token={lab.SetUpToken}");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync("Bench");
        await page.GetByLabel("E-mail").FillAsync("bench@lab.test");
        await page.GetByLabel("Password", new() { Exact = true }).FillAsync("Plasmodium-42!");
        await page.GetByLabel("Password again").FillAsync("Plasmodium-42!");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the administrator" }).ClickAsync();
        await page.WaitForURLAsync("**/");
        await page.CloseAsync();
        return new(playwright, browser, context);
    }

    /// <summary>
    /// Milliseconds until <paramref name="rows"/> elements that match <paramref name="selector"/> stand on the page: first in a fresh tab
    /// (document, scripts and connection included), then from another page of the open lab.
    /// </summary>
    public async Task<(double Fresh, double Within)> TimeAsync(string path, string selector, int rows)
    {
        var page = await Context.NewPageAsync();
        await page.AddInitScriptAsync(Watch(selector, rows));
        await page.GotoAsync(path);
        var fresh = await page.EvaluateAsync<double>("() => window.benchSeen");
        await page.CloseAsync();
        page = await Context.NewPageAsync();
        await page.GotoAsync("/account");
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).WaitForAsync();
        // As a function: the promise itself would be waited for.
        await page.EvaluateAsync($"() => {{ {Watch(selector, rows)} }}");
        var within = await page.EvaluateAsync<double>(
            "path => { const from = performance.now(); Blazor.navigateTo(path); return window.benchSeen.then(seen => seen - from); }", path);
        await page.CloseAsync();
        return (fresh, within);
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    // Looked for once a frame: what counts is when a person can see it.
    private static string Watch(string selector, int rows) => string.Create(CultureInfo.InvariantCulture, $$"""
        window.benchSeen = new Promise(seen => {
          const look = () => document.querySelectorAll("{{selector}}").length >= {{rows}} ? seen(performance.now()) : requestAnimationFrame(look);
          requestAnimationFrame(look);
        });
        """);
}
