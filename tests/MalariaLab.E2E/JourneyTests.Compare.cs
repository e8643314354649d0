using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MalariaLab.E2E;

/// <summary>Two finished runs side by side.</summary>
public sealed partial class JourneyTests
{
    private static readonly string[] Disagreements = ["A right, B wrong", "A wrong, B right", "Both wrong"];

    private static async Task ComparesBothRuns(IPage page)
    {
        await page.GotoAsync("/runs?q=status%3Asucceeded");
        await page.GetByLabel("Choose all on this page").CheckAsync();
        await Expect(page.GetByText("2 chosen")).ToBeVisibleAsync();
        await page.Locator(".page-head").GetByRole(AriaRole.Link, new() { Name = "Compare" }).ClickAsync();
        await Expect(page.Locator(".compare-metrics tbody tr")).ToHaveCountAsync(2);
        await Expect(page.Locator(".compare-tests tbody tr")).ToHaveCountAsync(2);
        await LooksWhereBothLooked(page);
        await Expect(page.GetByText("Something went wrong here")).ToHaveCountAsync(0);
    }

    private static async Task LooksWhereBothLooked(IPage page)
    {
        var images = page.Locator(".compare-images a");
        foreach (var kind in Disagreements)
        {
            var button = page.GetByRole(AriaRole.Button, new() { Name = kind, Exact = true });
            await button.ClickAsync();
            await Expect(button).ToHaveAttributeAsync("aria-pressed", "true");
            if (await images.CountAsync() > 0) break;
        }
        await images.First.ClickAsync();
        await Expect(page.Locator(".duel .heat")).ToHaveCountAsync(2);
        // The permalink restores the image with both maps, now without asking the networks again.
        await page.GotoAsync((await page.GetByRole(AriaRole.Link, new() { Name = "Permalink" }).GetAttributeAsync("href"))!);
        await Expect(page.Locator(".duel .heat")).ToHaveCountAsync(2);
    }
}
