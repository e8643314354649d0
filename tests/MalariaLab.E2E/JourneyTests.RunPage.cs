using System.Globalization;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace MalariaLab.E2E;

/// <summary>What a person does with a finished run.</summary>
public sealed partial class JourneyTests
{
    private static readonly string[] RunTabs = ["Results", "Threshold", "Calibration", "Images", "Patients", "Network", "Configuration", "Lineage", "Files", "Notes", "Log"];

    private static async Task LooksIntoTheRun(IPage page)
    {
        await MovesTheThreshold(page);
        await LooksAtTheImagesOfACell(page);
        await WritesNotesAndTags(page);
        await TakesFilesAway(page);
        foreach (var tab in RunTabs)
        {
            await page.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Tab, new() { Name = tab, Exact = true })).ToHaveAttributeAsync("aria-selected", "true");
            await Expect(page.Locator("[role=tabpanel] :is(.panel, .run-images)").First).ToBeVisibleAsync();
        }
        await Expect(page.GetByText("Something went wrong here")).ToHaveCountAsync(0);
    }

    private static async Task TakesFilesAway(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Files", Exact = true }).ClickAsync();
        var history = await page.RunAndWaitForDownloadAsync(() => page.GetByRole(AriaRole.Link, new() { Name = "-history.csv" }).ClickAsync());
        Assert.StartsWith("epoch,train_loss", await File.ReadAllTextAsync(await history.PathAsync()));

        await page.GetByRole(AriaRole.Tab, new() { Name = "Results", Exact = true }).ClickAsync();
        (string, string, string)[] pictures = [("Confusion matrix", "SVG", "<svg "), ("Loss", "SVG", "<svg "), ("Loss", "PNG", "\uFFFDPNG"), ("Loss", "CSV", "Epoch,")];
        foreach (var (title, kind, begin) in pictures)
        {
            var menu = page.Locator("details.save-menu", new() { Has = page.GetByLabel($"Save {title}") });
            await menu.Locator("summary").ClickAsync();
            var figure = await page.RunAndWaitForDownloadAsync(() => menu.GetByRole(AriaRole.Button, new() { Name = kind, Exact = true }).ClickAsync());
            Assert.EndsWith($".{kind.ToLowerInvariant()}", figure.SuggestedFilename);
            var text = await File.ReadAllTextAsync(await figure.PathAsync());
            Assert.StartsWith(begin, text);
            // The browser writes the colours in.
            Assert.DoesNotContain("data-fill", text);
        }
    }

    // A tab that fails takes the circuit with it, so that the next one does not open.
    private static async Task OpensEveryTab(IPage page)
    {
        foreach (var tab in await page.GetByRole(AriaRole.Tab).AllAsync())
        {
            await tab.ClickAsync();
            await Expect(tab).ToHaveAttributeAsync("aria-selected", "true");
        }
    }

    private static async Task MovesTheThreshold(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Threshold", Exact = true }).ClickAsync();
        var cells = page.Locator(".matrix .count");
        await Expect(cells).ToHaveCountAsync(4);
        var total = (await Counts(cells)).Sum();
        await page.Locator("#threshold").FillAsync("0");
        // At 0 every image is called positive: sensitivity is whole, and nothing stands in the other column.
        await Expect(cells.Nth(1)).ToHaveTextAsync("0");
        await Expect(cells.Nth(3)).ToHaveTextAsync("0");
        await Expect(page.Locator("#threshold-figures .metric").First).ToContainTextAsync("100.0 %");
        Assert.Equal(total, (await Counts(cells)).Sum());
        await page.Locator("#threshold").FillAsync("1");
        await Expect(cells.Nth(0)).ToHaveTextAsync("0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Youden's J" }).ClickAsync();
        await Expect(page.GetByText("validation images for the largest sensitivity + specificity")).ToBeVisibleAsync();
        // The operating point stays on both curves when the window changes its size.
        var spots = page.Locator(".apexcharts-point-annotations").Filter(new() { Has = page.Locator(":is(circle, path)") });
        await Expect(spots).ToHaveCountAsync(2);
        await page.Locator(".apexcharts-canvas").First.EvaluateAsync("canvas => canvas.dataset.width = canvas.clientWidth");
        await page.SetViewportSizeAsync(1180, 900);
        await Expect(page.Locator(".apexcharts-canvas").First).Not.ToHaveCSSAsync("width", await page.Locator(".apexcharts-canvas").First.GetAttributeAsync("data-width") + "px");
        await Expect(spots).ToHaveCountAsync(2);
        await page.SetViewportSizeAsync(1280, 900);
        // The address holds the choice.
        await page.ReloadAsync();
        await Expect(page.GetByText("validation images for the largest sensitivity + specificity")).ToBeVisibleAsync();
    }

    private static async Task LooksAtTheImagesOfACell(IPage page)
    {
        await page.GotoAsync("/runs/1?tab=threshold&t=0");
        var cell = page.Locator(".matrix td a").First;
        var count = (await Counts(page.Locator(".matrix .count")))[0];
        await cell.ClickAsync();
        var images = page.Locator(".run-images li");
        await Expect(images).ToHaveCountAsync(Math.Min(count, 60));
        await images.First.GetByRole(AriaRole.Link).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Where the network looked" }).ClickAsync();
        await Expect(page.Locator(".run-image .heat")).ToBeVisibleAsync();
        await page.GetByLabel("Opacity").FillAsync("0");
        await Expect(page.Locator(".run-image .heat")).ToHaveCSSAsync("opacity", "0");
    }

    private static async Task WritesNotesAndTags(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { Name = "Notes", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit", Exact = true }).ClickAsync();
        await page.GetByLabel("Text in Markdown").FillAsync("**First** run <script>alert(1)</script>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.Locator(".notice.good", new() { HasText = "Saved." })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Add a tag" }).ClickAsync();
        await page.GetByLabel("Tag", new() { Exact = true }).FillAsync("First day");
        await page.GetByLabel("Tag", new() { Exact = true }).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "first-day" })).ToBeVisibleAsync();
        await page.ReloadAsync();
        await Expect(page.Locator(".note strong")).ToHaveTextAsync("First");
        await Expect(page.Locator(".note")).ToContainTextAsync("<script>");
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "first-day" })).ToBeVisibleAsync();
    }

    private static async Task<int[]> Counts(ILocator cells)
    {
        await Expect(cells.First).ToBeVisibleAsync();
        return [.. (await cells.AllTextContentsAsync()).Select(text => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture))];
    }
}
