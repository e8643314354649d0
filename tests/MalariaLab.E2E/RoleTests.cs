using System.Text.RegularExpressions;
using MalariaLab.Testing;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace MalariaLab.E2E;

/// <summary>Data that come by the inbox, and a guest who may look and change nothing.</summary>
public sealed partial class RoleTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task Lab_InboxImportAndViewer_DataArriveAndTheViewerOnlyReads()
    {
        var admin = await browser.NewPage();
        PutIntoInbox();
        await admin.SetUp(browser.Lab);
        await ImportsFromInbox(admin, "cells-20.zip", "by zip");
        await ImportsFromInbox(admin, "cells", "by folder");
        await ViewerOnlyReads(await Invite(admin));
    }

    /// <summary>The same 40 cells as an archive and as a folder, and one thing that must not be offered.</summary>
    private void PutIntoInbox()
    {
        var inbox = Directory.CreateDirectory(Path.Combine(browser.Lab.DataFolder, "inbox")).FullName;
        var zip = CellArchive.Create(inbox, perClass: 20);
        System.IO.Compression.ZipFile.ExtractToDirectory(zip, Path.Combine(inbox, "cells"));
        File.CreateSymbolicLink(Path.Combine(inbox, "elsewhere"), SharedFiles.RepositoryRoot);
    }

    private static async Task ImportsFromInbox(IPage page, string entry, string name)
    {
        await page.GotoAsync("/datasets/import");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new Regex($"{Regex.Escape(entry)}( ·|$)") }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { NameRegex = Elsewhere() })).ToHaveCountAsync(0);
        await page.GetByLabel("Name of the dataset").FillAsync(name);
        await page.GetByLabel("Patient of an image").SelectOptionAsync("nih");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();
        await Expect(page.GetByText("Ready: 40 images in 2 classes")).ToBeVisibleAsync();
    }

    private async Task<IPage> Invite(IPage admin)
    {
        await admin.GotoAsync("/admin");
        await admin.GetByLabel("For whom").FillAsync("guest");
        await admin.GetByLabel("Role", new() { Exact = true }).SelectOptionAsync("viewer");
        await admin.GetByRole(AriaRole.Button, new() { Name = "Make an invitation link" }).ClickAsync();
        var link = await admin.GetByRole(AriaRole.Status).Locator("code").TextContentAsync();
        var guest = await browser.NewPage();
        await guest.GotoAsync(link!);
        await guest.GetByLabel("Name", new() { Exact = true }).FillAsync("Guest");
        await guest.GetByLabel("E-mail").FillAsync("guest@lab.test");
        await guest.GetByLabel("Password", new() { Exact = true }).FillAsync(Administrator.Password);
        await guest.GetByLabel("Password again").FillAsync(Administrator.Password);
        await guest.GetByRole(AriaRole.Button, new() { Name = "Create my account" }).ClickAsync();
        await guest.WaitForURLAsync("**/");
        return guest;
    }

    private static async Task ViewerOnlyReads(IPage guest)
    {
        await guest.GotoAsync("/datasets");
        await guest.GetByRole(AriaRole.Link, new() { Name = "by zip" }).First.ClickAsync();
        await Expect(guest.GetByText("Ready: 40 images in 2 classes")).ToBeVisibleAsync();
        await Expect(guest.GetByRole(AriaRole.Button, new() { NameRegex = Changing() })).ToHaveCountAsync(0);
        foreach (var path in new[] { "/datasets/import", "/experiments/new", "/admin" })
        {
            await guest.GotoAsync(path);
            await Expect(guest.GetByText("not for your role")).ToBeVisibleAsync();
        }
        // The pages' cookie opens no REST verb; a viewer's own token is tested with the interface.
        Assert.Equal(401, (await guest.APIRequest.PostAsync("/api/v1/runs/1/cancel")).Status);
    }

    [GeneratedRegex("elsewhere")]
    private static partial Regex Elsewhere();

    [GeneratedRegex("make the split|delete|import", RegexOptions.IgnoreCase)]
    private static partial Regex Changing();
}
