using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MalariaLab.Core.Evaluation;
using MalariaLab.Web.Features.Compare;
using MalariaLab.Web.Features.Documents;
using MalariaLab.Web.Security;
using Xunit;

namespace MalariaLab.Web.Tests;

/// <summary>The report read back: its numbers are those of the stored predictions, and it needs nothing beside it.</summary>
public sealed class EvidenceReportTests(SharedLab lab) : IClassFixture<SharedLab>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_ReadBack_HasTheFiguresOfTheStoredPredictions()
    {
        var test = (await lab.Get<CompareReader>().ReadAsync([lab.Runs[0]], cancellationToken: Ct)).Runs[0].Test!;
        var html = await ReportAsync();
        var rows = Rows(html, "metrics-table");
        foreach (var metric in ComparedMetric.All)
            Assert.Equal(metric.Text(metric.Value(test.Report)), Assert.Single(rows, r => r[0] == metric.Key)[1]);
        var accuracy = rows.Single(r => r[0] == "Accuracy");
        var bootstrap = new ClusterBootstrap(test.Run.Predictions, 0).Intervals(1).Accuracy.Interval!.Value;
        Assert.Equal(Text(bootstrap), accuracy[2]);
        Assert.Equal(Text(ProportionIntervals.Wilson(36, 40)!.Value), accuracy[3]);
        var matrix = test.Report.Confusion.Matrix;
        var shown = Regex.Matches(html, "<span class=\"count\">([0-9,]+)</span>");
        Assert.Equal(matrix.SelectMany(r => r), shown.Select(m => int.Parse(m.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture)));
        var patients = Rows(html, "patients");
        Assert.Equal(11, patients.Count);
        Assert.Equal(36, patients.Sum(r => int.Parse(r[2], CultureInfo.InvariantCulture)));
        Assert.All((string[])[new('a', 64), new('b', 64), new('c', 64)], hash => Assert.Contains(hash, html));
        Assert.Contains("467,026", html);

        static string Text(Interval i) => ComparedMetric.All[0].Text(i);
    }

    [Fact]
    public async Task Report_StandsAlone_AndPrints()
    {
        var html = await ReportAsync();
        Assert.DoesNotContain("<script", html);
        Assert.DoesNotMatch(@"(?:src|href|srcset|action)\s*=|url\(|@import|https?://", html);
        Assert.Contains("@page { size: A4;", html);
        Assert.True(Regex.Count(html, "<svg ") >= 4, "ROC, precision-recall, calibration and training curves are drawn.");
        Assert.Contains("Research use only", html);
        // Well-formed down to the last tag.
        var body = html[html.IndexOf("<body", StringComparison.Ordinal)..(html.LastIndexOf("</body>", StringComparison.Ordinal) + 7)];
        Assert.Equal("body", XDocument.Parse(body).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Limits_AreWrittenFromTheFactsOfTheRun()
    {
        var html = await ReportAsync();
        Assert.Contains("7 patients have images in more than one part", html);
        Assert.Contains("only 11 patients", html);
        Assert.Contains("2 seeds of this configuration were trained", html);
        Assert.Contains("scored on the same test images: 1.", html);
        Assert.Contains("No external validation", html);
        Assert.Contains("3 files of the source were not taken", html);
    }

    [Fact]
    public async Task Names_OfPatients_AreHiddenUnlessAskedFor()
    {
        Assert.DoesNotContain("PatientOf", await ReportAsync());
        Assert.Contains("PatientOf3", await ReportAsync(names: true));
        Assert.Contains("证据报告", WebUtility.HtmlDecode(await lab.Get<EvidenceReports>().HtmlAsync(lab.Runs[0], false, "zh", Ct)));
    }

    [Fact]
    public async Task Report_OverRest_IsAFile_AndSharesAreMadeListedAndRevoked()
    {
        using var browser = lab.Factory.Browser();
        using var made = await lab.Factory.SetUp(browser);
        await using var db = lab.Db();
        var token = await lab.Get<ApiTokens>().CreateAsync(db.Users.Single().Id, "test", null);
        using var client = lab.Factory.Browser();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        using var report = await client.GetAsync($"/api/v1/runs/{lab.Runs[0]}/report", Ct);
        Assert.Equal(HttpStatusCode.OK, report.StatusCode);
        Assert.Equal($"report-run-{lab.Runs[0]}.html", report.Content.Headers.ContentDisposition!.FileName!.Trim('"'));
        using var signedIn = await browser.GetAsync(LabUrls.Report(lab.Runs[0]), Ct);
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);

        using var body = new StringContent("""{"runs":["LeNet"],"days":30,"preview":true}""", null, "application/json");
        using var created = await client.PostAsync("/api/v1/shares", body, Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var link = System.Text.Json.Nodes.JsonNode.Parse(await created.Content.ReadAsStringAsync(Ct))!;
        using var stranger = lab.Factory.Browser();
        Assert.Contains("LeNet", await stranger.GetStringAsync(new Uri((string)link["url"]!).AbsolutePath, Ct));
        Assert.DoesNotContain("/s/", await client.GetStringAsync("/api/v1/shares", Ct));
        using var revoked = await client.DeleteAsync($"/api/v1/shares/{link["share"]}", Ct);
        Assert.True(revoked.IsSuccessStatusCode);
        using var gone = await stranger.GetAsync(new Uri((string)link["url"]!).AbsolutePath, Ct);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    private async Task<string> ReportAsync(bool names = false) => (await lab.Get<EvidenceReports>().HtmlAsync(lab.Runs[0], names, "en", Ct))!;

    private static List<List<string>> Rows(string html, string table)
    {
        var at = html.IndexOf($"<table class=\"data {table}\"", StringComparison.Ordinal);
        var part = html[at..(html.IndexOf("</table>", at, StringComparison.Ordinal) + 8)];
        return [.. XDocument.Parse(part).Descendants("tbody").Elements("tr").Select(tr => tr.Elements().Select(c => c.Value.Trim()).ToList())];
    }
}
