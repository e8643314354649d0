using MalariaLab.Testing;
using Microsoft.Playwright;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>One Chromium and one lab for a class of tests; where Chromium is missing the tests skip visibly.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private static readonly string[] Candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    // A busy machine answers late; a page that never answers is the failure.
    private static readonly float Limit = (float)Patience.Limit.TotalMilliseconds;
    private IPlaywright? playwright;
    private IBrowser? browser;
    private LabProcess? lab;

    /// <summary>The lab under test.</summary>
    public LabProcess Lab => lab ?? throw new InvalidOperationException("The lab has not been started.");

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var chromium = Candidates.FirstOrDefault(File.Exists);
        if (chromium is null) return;
        playwright = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(Limit);
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = chromium,
            Timeout = Limit,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
        lab = await LabProcess.Start();
    }

    /// <summary>A new browser profile: no cookies, no storage, and of a person who asks for no motion, so that nothing is caught half faded.</summary>
    public async Task<IPage> NewPage(int width = 1280, int height = 900)
    {
        if (browser is null) Assert.Skip("Needs Chromium: apt-get install chromium.");
        var context = await browser.NewContextAsync(new()
        {
            BaseURL = Lab.Url.ToString(),
            ViewportSize = new() { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Limit);
        return await context.NewPageAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
        if (lab is not null) await lab.DisposeAsync();
    }
}
