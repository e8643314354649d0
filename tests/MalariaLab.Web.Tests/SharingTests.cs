using System.Net;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Sharing;
using MalariaLab.Web.Features.Sharing;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace MalariaLab.Web.Tests;

/// <summary>What a share link shows a stranger, and what it does not.</summary>
public sealed class SharingTests(SharedLab lab) : IClassFixture<SharedLab>
{
    private static readonly Actor Ana = new(null, "Ana");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ShareLinks Links => lab.Get<ShareLinks>();

    [Fact]
    public async Task SharedRun_OpenedByAStranger_ShowsItsFigures_AndNoName()
    {
        using var stranger = lab.Factory.Browser();
        var token = await Links.CreateAsync(new([lab.Runs[0]]), Ana, Ct);
        using var answer = await stranger.GetAsync(LabUrls.Share(token), Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("noindex, nofollow, noarchive", Assert.Single(answer.Headers.GetValues("X-Robots-Tag")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.StartsWith("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.False(answer.Headers.Contains("Set-Cookie"));

        var html = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Contains("LeNet", html);
        Assert.Contains("90.0 % [", html);
        Assert.Contains("Research use only", html);
        Assert.Contains("Confusion matrix", html);
        Assert.Contains(">Patient 1<", html);
        Assert.Contains(">Image 4<", html);
        Assert.DoesNotContain(">Image 5<", html);
        Assert.All((string[])["Secret", "PatientOf", "private note", "worker-of-the-lab", "<script", "og:title"], hidden => Assert.DoesNotContain(hidden, html));
        // The only addresses on the page are those of its own images.
        Assert.DoesNotContain("href=", html);
        Assert.Equal(4, html.Split($"src=\"{LabUrls.Share(token)}/images/").Length - 1);
        Assert.Equal(4, html.Split("src=").Length - 1);
    }

    [Fact]
    public async Task SharedRun_WhoseMakerAllowsIt_ShowsNamesAndAPreview()
    {
        using var stranger = lab.Factory.Browser();
        var token = await Links.CreateAsync(new([lab.Runs[0]]) { ShowNames = true, AllowPreview = true }, Ana, Ct);
        var html = await stranger.GetStringAsync(LabUrls.Share(token), Ct);
        // The most confident of the four errors is the fourth test image.
        Assert.Contains("C13Secret_13.png", html);
        Assert.Contains(">PatientOf3<", html);
        Assert.Matches(@"<meta property=""og:title"" content=""LeNet on malaria-cells: 90\.0 % \[\d\d\.\d, \d\d+\.\d\]"" />", html);
    }

    [Fact]
    public async Task SharedComparison_ShowsBothRunsAndTheirTest_Encoded()
    {
        using var stranger = lab.Factory.Browser();
        var token = await Links.CreateAsync(new([lab.Runs[1], lab.Runs[0]]), Ana, Ct);
        var html = await stranger.GetStringAsync(LabUrls.Share(token), Ct);
        Assert.Contains("VGG &lt;b&gt;19&lt;/b&gt;", html);
        Assert.DoesNotContain("<b>19", html);
        Assert.Contains("70.0 %", html);
        Assert.Contains("90.0 %", html);
        Assert.Contains("exact McNemar", html);
        Assert.Contains("training.seed", html);
        Assert.All((string[])["Secret", "PatientOf", "href=", "src=", "<script"], hidden => Assert.DoesNotContain(hidden, html));
    }

    [Fact]
    public async Task WrongEndedAndRevokedLinks_GetTheSameAnswer()
    {
        using var stranger = lab.Factory.Browser();
        var revoked = await Links.CreateAsync(new([lab.Runs[0]]), Ana, Ct);
        await Links.RevokeAsync((await Links.FindAsync(revoked, Ct))!.Id, Ana, ofAnyone: true, Ct);
        var ended = await Links.CreateAsync(new([lab.Runs[0]]) { Life = TimeSpan.FromDays(1) }, Ana, Ct);
        await using (var db = lab.Db())
        {
            var id = (await Links.FindAsync(ended, Ct))!.Id;
            await db.ShareLinks.Where(l => l.Id == id).ExecuteUpdateAsync(set => set.SetProperty(l => l.ExpiresAt, DateTimeOffset.UtcNow.AddSeconds(-1)), Ct);
        }
        var working = await Links.CreateAsync(new([lab.Runs[0]]), Ana, Ct);
        var answers = new List<string>();
        string[] gone =
        [
            LabUrls.Share(new string('0', 32)),
            LabUrls.Share("x"),
            LabUrls.Share(revoked),
            LabUrls.Share(ended),
            LabUrls.ShareImage(revoked, 1),
            LabUrls.ShareImage(working, 5),
            LabUrls.Share(working) + "/images/x",
        ];
        foreach (var path in gone)
        {
            using var answer = await stranger.GetAsync(path, Ct);
            Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            var headers = answer.Headers.Concat(answer.Content.Headers)
                .Where(h => h.Key != "Date")
                .Select(h => $"{h.Key}: {string.Join(",", h.Value)}")
                .Order();
            answers.Add(string.Join("\n", headers) + await answer.Content.ReadAsStringAsync(Ct));
        }
        Assert.Single(answers.Distinct());
        Assert.Contains("X-Robots-Tag: noindex", answers[0]);
        Assert.DoesNotContain("LeNet", answers[0]);
    }

    [Fact]
    public async Task Views_OfPeopleCount_AndOfPreviewProgramsDoNot()
    {
        using var stranger = lab.Factory.Browser();
        var token = await Links.CreateAsync(new([lab.Runs[0]]), Ana, Ct);
        foreach (var program in (string[])["Mozilla/5.0 (X11) Gecko/20100101 Firefox/130.0", "Slackbot-LinkExpanding 1.0"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, LabUrls.Share(token));
            request.Headers.TryAddWithoutValidation("User-Agent", program);
            using var answer = await stranger.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
        Assert.Equal(1, (await Links.FindAsync(token, Ct))!.Views);
        Assert.Equal("Edge", ShareEndpoints.Client("Mozilla/5.0 Chrome/130.0 Safari/537.36 Edg/130.0"));
    }

    [Fact]
    public async Task Token_OfALink_OpensNothingElse()
    {
        using var stranger = lab.Factory.Browser();
        var token = await Links.CreateAsync(new([lab.Runs[0]]), Ana, Ct);
        stranger.DefaultRequestHeaders.Authorization = new("Bearer", token);
        foreach (var path in (string[])["/api/v1/runs", "/api/v1/shares", "/api/v1/runs/1/report", "/runs/1/report", "/runs/1", "/images/1/10/thumbnail", "/_blazor/negotiate"])
        {
            using var answer = await stranger.GetAsync(path, Ct);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Redirect or HttpStatusCode.MethodNotAllowed, $"{path} answered {answer.StatusCode}.");
        }
    }

    [Fact]
    public async Task Images_OfALink_AreOnlyThoseOfItsPage()
    {
        var pages = lab.Get<SharedPages>();
        var token = await Links.CreateAsync(new([lab.Runs[0]]), Ana, Ct);
        Assert.Equal(13, (await pages.ImageAsync(token, 1, Ct))!.Value.Ordinal);
        Assert.Equal(10, (await pages.ImageAsync(token, 4, Ct))!.Value.Ordinal);
        Assert.Null(await pages.ImageAsync(token, 0, Ct));
        Assert.Null(await pages.ImageAsync(token, 5, Ct));
        using var stranger = lab.Factory.Browser();
        using var answer = await stranger.GetAsync(LabUrls.ShareImage(token, 1), Ct);
        Assert.Equal("image/webp", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("no-store", answer.Headers.CacheControl!.ToString());
        Assert.Null(answer.Headers.ETag);
        Assert.Null(await pages.ImageAsync(await Links.CreateAsync(new(lab.Runs), Ana, Ct), 1, Ct));
    }

    [Fact]
    public async Task TrashedRun_IsSharedNoMore()
    {
        await using var own = new SharedLab();
        await own.InitializeAsync();
        using var stranger = own.Factory.Browser();
        var token = await own.Get<ShareLinks>().CreateAsync(new([own.Runs[0]]), Ana, Ct);
        await own.Get<RunLibrary>().TrashAsync(own.Runs[0], Ct);
        using var answer = await stranger.GetAsync(LabUrls.Share(token), Ct);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }
}
