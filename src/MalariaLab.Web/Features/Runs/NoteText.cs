using Markdig;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;
using Microsoft.AspNetCore.Components;

namespace MalariaLab.Web.Features.Runs;

/// <summary>
/// Notes as HTML. They come from people and are read by others: raw HTML is shown as text, attributes cannot be set, and links lead to web pages, mail
/// addresses or places in the lab only.
/// </summary>
public static class NoteText
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseTaskLists().UseEmphasisExtras().UseAutoLinks().Build();

    /// <summary>Renders.</summary>
    public static MarkupString Html(string markdown)
    {
        var document = Markdown.Parse(markdown, Pipeline);
        // The page has its own first two levels.
        foreach (var heading in document.Descendants<HeadingBlock>()) heading.Level = Math.Min(heading.Level + 2, 6);
        foreach (var link in document.Descendants<LinkInline>())
        {
            // Pictures of elsewhere would tell that place who reads.
            link.IsImage = false;
            var url = link.GetDynamicUrl?.Invoke() ?? link.Url ?? "";
            link.GetDynamicUrl = null;
            link.Url = IsSafe(url) ? url : "";
            link.GetAttributes().AddPropertyIfNotExist("rel", "noopener noreferrer nofollow");
        }
        foreach (var link in document.Descendants<AutolinkInline>())
            if (!link.IsEmail && !IsSafe(link.Url)) link.Url = "";
        return new(document.ToHtml(Pipeline));
    }

    private static bool IsSafe(string url) =>
        (url is ['/', ..] && LabUrls.Local(url) == url) || (Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "mailto");
}
