using MalariaLab.Web.Features.Runs;
using Xunit;

namespace MalariaLab.Web.Tests.Runs;

public sealed class NoteTextTests
{
    [Fact]
    public void Markdown_OfAResearcher_IsRendered()
    {
        var html = NoteText.Html("# Result\n\n| run | acc |\n|---|---|\n| **A** | 95 |\n\nSee [run 3](/runs/3), https://example.org and ~~this~~.").Value;
        Assert.Contains("<h3>Result</h3>", html);
        Assert.Contains("<td><strong>A</strong></td>", html);
        Assert.Contains("<a href=\"/runs/3\"", html);
        Assert.Contains("<a href=\"https://example.org\"", html);
        Assert.Contains("<del>this</del>", html);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("[x](javascript:alert(1))")]
    [InlineData("[x](JaVaScRiPt&#58;alert(1))")]
    [InlineData("[x](data:text/html,alert)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[x][y]\n\n[y]: javascript:alert(1)")]
    [InlineData("![x](javascript:alert(1))")]
    [InlineData("[x](//evil.example)")]
    [InlineData("word {onclick=alert(1)}")]
    public void Markdown_WithTricks_HasNoScriptAndNoForeignAddress(string markdown)
    {
        var html = NoteText.Html(markdown).Value;
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<img", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"javascript", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"data", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=\"//", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch("<[^>]* on\\w+=", html);
    }

    [Fact]
    public void Picture_OfElsewhere_IsALinkOnly() => Assert.DoesNotContain("<img", NoteText.Html("![plot](https://example.org/a.png)").Value);
}
