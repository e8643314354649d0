using Deque.AxeCore.Playwright;
using MalariaLab.Testing;
using Microsoft.Playwright;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>The weights library in the browser.</summary>
public sealed class WeightsTests(BrowserFixture fixture) : IClassFixture<BrowserFixture>
{
    [Fact]
    public async Task WeightsPage_RealKerasFile_IsUploadedListedAndDeleted()
    {
        var file = SharedFiles.Data("weights/squeezenet_weights_tf_dim_ordering_tf_kernels_notop.h5");
        var page = await fixture.NewPage();
        await page.SetUp(fixture.Lab);
        await page.GotoAsync("/weights");
        await Assertions.Expect(page.GetByText("No weights yet")).ToBeVisibleAsync();

        await page.SetInputFilesAsync("input[type=file]", file);
        await page.GetByLabel("Source", new() { Exact = true }).FillAsync("DeepCognition/keras-squeezenet");
        await page.GetByLabel("Licence", new() { Exact = true }).FillAsync("MIT");
        await page.GetByRole(AriaRole.Button, new() { Name = "Import", Exact = true }).ClickAsync();

        // While the worker reads the file, its job's row names it too.
        var row = page.Locator("tr", new() { HasText = Path.GetFileName(file), Has = page.GetByRole(AriaRole.Button, new() { Name = "Delete" }) });
        await Assertions.Expect(row).ToContainTextAsync("MIT");
        await Assertions.Expect(row).ToContainTextAsync("squeezenet");
        await row.GetByRole(AriaRole.Button, new() { Name = "50" }).ClickAsync();
        await Assertions.Expect(page.GetByText("fire9/expand3x3/")).ToHaveCountAsync(2);
        var axe = await page.RunAxe();
        Assert.Empty(axe.Violations.Select(v => $"{v.Id}: {v.Nodes[0].Html}"));
        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.Locator(".rz-dialog").GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Assertions.Expect(page.GetByText("No weights yet")).ToBeVisibleAsync();
    }
}
