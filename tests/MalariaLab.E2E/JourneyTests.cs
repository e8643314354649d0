using System.Text.RegularExpressions;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace MalariaLab.E2E;

/// <summary>What a person does on the first day, in a real browser against a real lab with its worker.</summary>
public sealed partial class JourneyTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static readonly string[] DatasetTabs = ["overview", "duplicates", "audit", "images", "splits", "labels", "refused", "versions"];

    /// <summary>One journey in one lab: each step stands on the one before, as it does for a person.</summary>
    [Fact]
    public async Task EmptyLab_ImportDefineQueueCancel_EndsWithResultsOnTheRunPage()
    {
        var page = await browser.NewPage();
        await RefusesStrangers();
        await page.SetUp(browser.Lab);
        await Expect(page.GetByText("Try the sample")).ToBeVisibleAsync();
        await RefusesAWrongPassword();
        await RefusesACutOffArchive(page);
        await ImportsAndListsTheBrokenFile(page);
        await MakesASplit(page);
        await TrainsAndShowsResults(page);
        await SharesTheRunWithAColleagueWithoutAnAccount(page);
        await LooksIntoTheRun(page);
        await TrainsTheFinishedRunFurther(page);
        await ComparesBothRuns(page);
        await CancelsARunningTraining(page);
        var shared = await GoesTheWholeWayByKeyboard(page);
        await LeavesAnImageOut("by keyboard");
        await page.ExpectAccessible(
            "/", "/datasets", "/datasets?trash=true", "/datasets/import", "/experiments/new", "/experiments/new?recipe=lenet", "/queue", "/runs", "/runs/3",
            "/compare", "/compare?runs=1,2", "/predict", "/predict?run=1", "/weights", "/admin", "/account",
            "/groups/1", "/runs/plots", "/datasets/3/changes?from=1&to=2", "/runs/1/report", shared);
        await page.ExpectAccessible(DatasetTabs.Select(tab => $"/datasets/2?tab={tab}"));
        await page.ExpectAccessible(RunTabs.Select(tab => $"/runs/1?tab={tab.ToLowerInvariant()}"));
    }

    private async Task RefusesStrangers()
    {
        var stranger = await browser.NewPage();
        await stranger.GotoAsync("/datasets");
        Assert.DoesNotContain("/datasets", new Uri(stranger.Url).AbsolutePath, StringComparison.Ordinal);
        var answer = await stranger.APIRequest.GetAsync("/api/v1/datasets");
        Assert.Equal(401, answer.Status);
        await stranger.Context.CloseAsync();
    }

    private async Task RefusesAWrongPassword()
    {
        var other = await browser.NewPage();
        await other.SignIn("wrong password");
        await Expect(other.GetByRole(AriaRole.Alert).First).ToContainTextAsync("do not belong together");
        Assert.EndsWith("/sign-in", new Uri(other.Url).AbsolutePath, StringComparison.Ordinal);
        await other.Context.CloseAsync();
    }

    private async Task RefusesACutOffArchive(IPage page)
    {
        var whole = CellArchive.Create(browser.Lab.DataFolder, perClass: 3);
        var cut = Path.Combine(browser.Lab.DataFolder, "cut.zip");
        await File.WriteAllBytesAsync(cut, (await File.ReadAllBytesAsync(whole))[..^2000]);
        await Upload(page, cut, "cut off");
        await Expect(page.GetByText("not a zip archive, or its end is missing").First).ToBeVisibleAsync();
        // Its file is gone, so trying again is not offered; choosing it again is.
        await Expect(page.GetByText("cut.zip was deleted when its import ended.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Try again" })).ToHaveCountAsync(0);
    }

    private static async Task Upload(IPage page, string zip, string name)
    {
        await page.GotoAsync("/datasets/import");
        await page.Locator("input[type=file][accept*=zip]").SetInputFilesAsync(zip);
        await page.GetByLabel("Name of the dataset").FillAsync(name);
        await page.GetByLabel("Patient of an image").SelectOptionAsync("nih");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
    }

    private async Task ImportsAndListsTheBrokenFile(IPage page)
    {
        await Upload(page, CellArchive.Create(browser.Lab.DataFolder, perClass: 100, withCorruptFile: true), "cells");
        // Progress and verdict come without a reload.
        await Expect(page.GetByText("Ready: 200 images in 2 classes")).ToBeVisibleAsync();
        // So do the statistics, which a worker is asked for once the images are in.
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sizes" })).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { NameRegex = NotTaken() }).ClickAsync();
        await Expect(page.GetByText("C1P1_broken.png")).ToBeVisibleAsync();
    }

    private static async Task MakesASplit(IPage page)
    {
        await page.GetByRole(AriaRole.Tab, new() { NameRegex = Splits() }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the split" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Tab, new() { Name = "Splits 1" })).ToBeVisibleAsync();
        await OpensEveryTab(page);
    }

    private static async Task TrainsAndShowsResults(IPage page)
    {
        await Define(page, epochs: 2);
        await Expect(page.GetByText("Confusion matrix").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Succeeded").First).ToBeVisibleAsync();
        await Expect(page.GetByText("Sensitivity", new() { Exact = true }).First).ToBeVisibleAsync();
    }

    private async Task SharesTheRunWithAColleagueWithoutAnAccount(IPage page)
    {
        var run = new Uri(page.Url).AbsolutePath;
        await page.GetByRole(AriaRole.Button, new() { Name = "Share", Exact = true }).ClickAsync();
        var dialog = page.Locator(".rz-dialog", new() { HasText = "Whoever has the link sees these results" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Make a link" }).ClickAsync();
        var address = await dialog.Locator(".notice.good code").InnerTextAsync();

        var colleague = await browser.NewPage();
        Assert.Equal(200, (await colleague.GotoAsync(address))!.Status);
        await Expect(colleague.GetByRole(AriaRole.Heading, new() { Name = "Confusion matrix" })).ToBeVisibleAsync();
        await Expect(colleague.GetByText("Research use only. Not for diagnosis.")).ToBeVisibleAsync();
        Assert.True(await colleague.Locator(".gallery img").First.EvaluateAsync<bool>("image => image.decode().then(() => image.naturalWidth > 0)"));
        Assert.DoesNotMatch(CellName(), await colleague.ContentAsync());
        Assert.Equal(0, await colleague.Locator("a").CountAsync());
        var axe = await colleague.RunAxe();
        Assert.Empty(axe.Violations.Where(v => v.Impact is not "minor").Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
        foreach (var path in (string[])["/", run, run + "/report", "/compare?runs=1,2", "/images/1/0"])
        {
            await colleague.GotoAsync(path);
            Assert.EndsWith("/sign-in", new Uri(colleague.Url).AbsolutePath, StringComparison.Ordinal);
        }
        Assert.Equal(401, (await colleague.APIRequest.GetAsync("/api/v1" + run)).Status);

        await dialog.GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await page.Locator(".rz-dialog", new() { HasText = "cannot be brought back" }).GetByRole(AriaRole.Button, new() { Name = "Revoke" }).ClickAsync();
        await Expect(dialog.GetByText("No link yet.")).ToBeVisibleAsync();
        Assert.Equal(404, (await colleague.GotoAsync(address))!.Status);
        await colleague.Context.CloseAsync();
        await page.GotoAsync(run);
    }

    private static async Task TrainsTheFinishedRunFurther(IPage page)
    {
        await page.GotoAsync("/runs/1");
        await page.GetByRole(AriaRole.Link, new() { Name = "Start from it" }).ClickAsync();
        await Expect(page.GetByLabel("Finished run")).ToHaveValueAsync("1");
        await QueueForm(page, epochs: 1);
        await Expect(page.GetByText("Succeeded").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Tab, new() { Name = "Log" }).ClickAsync();
        await Expect(page.GetByText("Loaded 6 of 6 backbone tensors from run 1")).ToBeVisibleAsync();
    }

    private static async Task CancelsARunningTraining(IPage page)
    {
        // So many that no machine has trained them before the button is found.
        await Define(page, epochs: 10_000);
        var status = page.Locator(".page-head .badge");
        await Expect(status).ToHaveTextAsync("Training");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel", Exact = true }).ClickAsync();
        await Expect(status).ToHaveTextAsync("Canceled");
    }

    private static async Task Define(IPage page, int epochs)
    {
        await page.GotoAsync("/experiments/new?recipe=lenet");
        await QueueForm(page, epochs);
    }

    private static async Task QueueForm(IPage page, int epochs)
    {
        await page.GetByLabel("Epochs at most").FillAsync(epochs.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await page.GetByLabel("Epochs at most").PressAsync("Tab");
        await page.GetByRole(AriaRole.Button, new() { Name = "Queue", Exact = true }).ClickAsync();
        await page.WaitForURLAsync(RunAddress());
    }

    [GeneratedRegex("not taken", RegexOptions.IgnoreCase)]
    private static partial Regex NotTaken();

    [GeneratedRegex("splits", RegexOptions.IgnoreCase)]
    private static partial Regex Splits();

    [GeneratedRegex(@"C\d+P\d+|cell_images")]
    private static partial Regex CellName();

    [GeneratedRegex(@"/runs/\d+")]
    private static partial Regex RunAddress();
}
