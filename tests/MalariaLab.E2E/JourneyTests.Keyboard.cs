using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace MalariaLab.E2E;

/// <summary>The whole way from images to a shared comparison without a mouse.</summary>
public sealed partial class JourneyTests
{
    private const int MostStops = 200;

    /// <returns>Path of the share link.</returns>
    private async Task<string> GoesTheWholeWayByKeyboard(IPage page)
    {
        // A page begins at its heading; the menu lies before it, and before the menu the link that leads past it.
        await page.GotoAsync("/");
        await Begins(page, "Home");
        await Reach(page, page.GetByRole(AriaRole.Link, new() { Name = "Skip to content" }), "Shift+Tab");

        // Import.
        await Press(page, page.Locator("#nav").GetByRole(AriaRole.Link, new() { Name = "Datasets" }));
        await Begins(page, "Datasets");
        await Press(page, page.Locator("main").GetByRole(AriaRole.Link, new() { Name = "Import data" }).First);
        await Begins(page, "Import data");
        var chooser = await page.RunAndWaitForFileChooserAsync(() => Press(page, page.Locator("input[type=file][accept*=zip]"), "Space"));
        await chooser.SetFilesAsync(CellArchive.Create(browser.Lab.DataFolder, perClass: 30));
        await Type(page, page.GetByLabel("Name of the dataset"), "by keyboard");
        await Choose(page, page.GetByLabel("Patient of an image"), "nih");
        await Press(page, page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }));
        await Expect(page.GetByText("Ready: 60 images in 2 classes")).ToBeVisibleAsync();

        // Split: the tabs are one stop, and the arrows lead on.
        var splits = page.GetByRole(AriaRole.Tab, new() { NameRegex = Splits() });
        await Reach(page, page.Locator("[role=tab][aria-selected=true]"));
        for (var i = 0; i < DatasetTabs.Length && await splits.GetAttributeAsync("aria-selected") != "true"; i++) await Arrow(page, "ArrowRight");
        await Expect(splits).ToBeFocusedAsync();
        await Press(page, page.GetByRole(AriaRole.Button, new() { Name = "Make the split" }));
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "Splits 1" })).ToBeVisibleAsync();

        // Experiment, twice with different seeds, and the queue.
        await Press(page, page.Locator(".page-head").GetByRole(AriaRole.Link, new() { Name = "New experiment" }));
        await Begins(page, "New experiment");
        await Press(page, page.Locator("a.card.recipe").First);
        await Type(page, page.GetByLabel("Epochs at most"), "1");
        await Type(page, page.GetByLabel("Repeat with seeds"), "2");
        await Press(page, page.GetByRole(AriaRole.Button, new() { Name = "Queue", Exact = true }));
        await page.WaitForURLAsync("**/queue");

        // Run.
        await page.GotoAsync("/runs?q=status%3Asucceeded+group%3A1");
        await Expect(page.Locator("tbody input[type=checkbox]")).ToHaveCountAsync(2);
        await Press(page, page.Locator("tbody a[href^='/runs/']").First);
        await WalksTheTabs(page);

        // Compare and share.
        await page.GotoAsync("/runs?q=group%3A1");
        await Begins(page, "Runs");
        for (var i = 0; i < 2; i++) await Press(page, page.Locator("tbody input[type=checkbox]").Nth(i), "Space");
        await Expect(page.GetByText("2 chosen")).ToBeVisibleAsync();
        await Press(page, page.Locator(".page-head").GetByRole(AriaRole.Link, new() { Name = "Compare" }));
        await Begins(page, "Compare");
        await Expect(page.Locator(".compare-metrics tbody tr")).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Repetitions" })).ToBeVisibleAsync();
        return await SharesByKeyboard(page);
    }

    private static async Task WalksTheTabs(IPage page)
    {
        var tabs = page.GetByRole(AriaRole.Tab);
        await Reach(page, page.GetByRole(AriaRole.Tab, new() { Name = RunTabs[0], Exact = true }));
        foreach (var (key, opened) in new[] { ("ArrowRight", 1), ("End", RunTabs.Length - 1), ("ArrowRight", 0), ("ArrowLeft", RunTabs.Length - 1), ("Home", 0) })
        {
            await Arrow(page, key);
            await Expect(tabs.Nth(opened)).ToBeFocusedAsync();
            await Expect(tabs.Nth(opened)).ToHaveAttributeAsync("aria-selected", "true");
            await Expect(page.Locator("[role=tab]:not([tabindex='-1'])")).ToHaveCountAsync(1);
        }
    }

    private static async Task<string> SharesByKeyboard(IPage page)
    {
        await Press(page, page.GetByRole(AriaRole.Button, new() { Name = "Share", Exact = true }));
        var dialog = page.Locator(".rz-dialog", new() { HasText = "Whoever has the link sees these results" });
        // A dialog takes the focus, half a second after it has opened.
        await Expect(dialog.Locator(":focus")).ToHaveCountAsync(1);
        await Press(page, dialog.GetByRole(AriaRole.Button, new() { Name = "Make a link" }));
        var address = await dialog.Locator(".notice.good code").InnerTextAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeHiddenAsync();
        return new Uri(address).AbsolutePath;
    }

    // A page that has just been opened takes the focus to its heading, a moment after it is drawn; whoever tabs on before loses the way.
    private static async Task Begins(IPage page, string title) =>
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1, Name = title, Exact = true })).ToBeFocusedAsync();

    private static async Task Press(IPage page, ILocator target, string key = "Enter")
    {
        await Reach(page, target);
        await page.Keyboard.PressAsync(key);
    }

    private static async Task Type(IPage page, ILocator target, string text)
    {
        await Reach(page, target);
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.TypeAsync(text);
        await Expect(target).ToHaveValueAsync(text);
        await page.Keyboard.PressAsync("Tab");
    }

    private static async Task Choose(IPage page, ILocator list, string value)
    {
        await Reach(page, list);
        // The page may choose too, once it has read the archive, so that the way may lead up as well as down.
        for (var i = 0; i < MostStops && await Away() is not 0 and var away; i++) await page.Keyboard.PressAsync(away > 0 ? "ArrowDown" : "ArrowUp");
        await Expect(list).ToHaveValueAsync(value);

        Task<int> Away() => list.EvaluateAsync<int>("(list, value) => [...list.options].findIndex(o => o.value === value) - list.selectedIndex", value);
    }

    private static async Task Arrow(IPage page, string key)
    {
        await page.Keyboard.PressAsync(key);
        await Expect(page.Locator("[role=tab][aria-selected=true]")).ToBeFocusedAsync();
    }

    /// <summary>Goes on with Tab until the element has the focus and shows it.</summary>
    private static async Task Reach(IPage page, ILocator target, string key = "Tab")
    {
        await Expect(target).ToBeEnabledAsync();
        for (var stop = 0; !await target.EvaluateAsync<bool>("element => element === document.activeElement"); stop++)
        {
            Assert.True(stop < MostStops, $"{MostStops} times Tab never reaches {target}.");
            await page.Keyboard.PressAsync(key);
        }
        var shown = await target.EvaluateAsync<bool>("element => element.type === 'file' || getComputedStyle(element).outlineStyle !== 'none'");
        Assert.True(shown, $"{target} does not show that it has the focus.");
    }

    /// <summary>A version without one image, over REST: what two versions differ in has a page.</summary>
    private async Task LeavesAnImageOut(string dataset)
    {
        var local = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(Path.Combine(browser.Lab.DataFolder, "local-api.json")));
        using var http = new HttpClient { BaseAddress = browser.Lab.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", local.GetProperty("token").GetString());
        using var zip = System.IO.Compression.ZipFile.OpenRead(Path.Combine(browser.Lab.DataFolder, "cells-30.zip"));
        var changes = new { exclude = new[] { zip.Entries[0].FullName }, reason = "not a cell" };
        var path = $"/api/v1/datasets/{Uri.EscapeDataString(dataset)}/versions";
        var answer = await http.PostAsJsonAsync(path, changes, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
