using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;

namespace MalariaLab.E2E;

/// <summary>What a page owes everybody: no serious finding of axe, in light and dark, and no sideways scrolling on a phone.</summary>
public static class Accessibility
{
    private const int PhoneWidth = 375;

    /// <summary>What sticks out of a page that scrolls sideways; empty for one that doesn't.</summary>
    private const string Overflow = """
        (() => {
          const root = document.documentElement;
          if (root.scrollWidth <= root.clientWidth) return "";
          return [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > root.clientWidth)
            .map(e => `${e.tagName.toLowerCase()}.${e.className} to ${Math.round(e.getBoundingClientRect().right)}`).slice(0, 8).join(", ");
        })()
        """;

    /// <summary>Opens each of <paramref name="paths"/> and fails with every finding of all of them, so that one round of repair is enough.</summary>
    public static async Task ExpectAccessible(this IPage page, params IEnumerable<string> paths)
    {
        var findings = new List<string>();
        foreach (var path in paths)
        {
            await page.SetViewportSizeAsync(1280, 900);
            await page.GotoAsync(path);
            foreach (var theme in new[] { "light", "dark" })
            {
                // Documents that stand alone have no script of the lab and follow the reader's system.
                await page.EmulateMediaAsync(new() { ColorScheme = theme == "dark" ? ColorScheme.Dark : ColorScheme.Light });
                await page.EvaluateAsync("theme => window.lab?.theme(theme)", theme);
                findings.AddRange((await Settled(page)).Select(finding => $"{path} ({theme}): {finding}"));
            }
            await page.SetViewportSizeAsync(PhoneWidth, 800);
            await page.GotoAsync(path);
            await Idle(page);
            var wide = await page.EvaluateAsync<string>(Overflow);
            if (wide.Length > 0) findings.Add($"{path}: wider than a phone of {PhoneWidth} px: {wide}");
        }
        Assert.True(findings.Count == 0, string.Join(Environment.NewLine, findings));
    }

    /// <summary>Serious findings once the page stands still.</summary>
    private static async Task<IEnumerable<string>> Settled(IPage page)
    {
        await Idle(page);
        var result = await page.RunAxe();
        return
            from violation in result.Violations
            where violation.Impact is "serious" or "critical"
            from node in violation.Nodes.Take(3)
            select $"{violation.Id} [{violation.Impact}] {violation.Help}: {node.Html[..Math.Min(node.Html.Length, 160)]} {Reason(node)}";
    }

    private static async Task Idle(IPage page)
    {
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await page.GetByRole(AriaRole.Heading, new() { Level = 1 }).First.WaitForAsync();
        await Assertions.Expect(page.GetByText("Loading …")).ToHaveCountAsync(0);
    }

    private static string Reason(AxeResultNode node) => node.Any.Concat(node.All).FirstOrDefault()?.Message ?? "";
}
