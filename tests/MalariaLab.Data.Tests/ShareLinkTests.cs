using MalariaLab.Core;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Data.Sharing;

namespace MalariaLab.Data.Tests;

public sealed class ShareLinksOnSqlite(PostgresServer postgres) : ShareLinkTests(LabDatabase.Sqlite, postgres);

public sealed class ShareLinksOnPostgres(PostgresServer postgres) : ShareLinkTests(LabDatabase.Postgres, postgres);

public abstract class ShareLinkTests(LabDatabase provider, PostgresServer postgres)
{
    [Fact]
    public async Task Link_MadeForARun_IsFoundByItsTokenAlone_AndOnlyTheHashIsStored()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var links = lab.Get<ShareLinks>();
        var run = await lab.QueuedRunAsync("LeNet");
        var token = await links.CreateAsync(new([run.Id]) { ShowNames = true }, Seeds.Ana);
        Assert.Matches("^[0-9a-f]{32}$", token);
        Assert.NotEqual(token, await links.CreateAsync(new([run.Id]), Seeds.Ana));

        var found = await links.FindAsync(token);
        Assert.Equal((ShareKind.Run, "LeNet", true, false), (found!.Kind, found.Title, found.ShowNames, found.AllowPreview));
        Assert.Equal([run.Id], found.RunIds);
        Assert.Null(await links.FindAsync(token[..31] + (token[31] == '0' ? '1' : '0')));
        Assert.Null(await links.FindAsync(found.TokenHash));
        Assert.Null(await links.FindAsync(""));
        Assert.DoesNotContain(token, System.Text.Json.JsonSerializer.Serialize(found), StringComparison.Ordinal);
        await using var db = lab.Db();
        Assert.Equal(2, await db.AuditEntries.CountAsync(e => e.Action == "share.create" && e.Actor == "Ana" && e.Subject.Contains("LeNet")));
        Assert.False(await db.AuditEntries.AnyAsync(e => e.Subject.Contains(token)));
    }

    [Fact]
    public async Task Link_PastItsEnd_IsFoundNoMore()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var links = lab.Get<ShareLinks>();
        var run = await lab.QueuedRunAsync();
        var token = await links.CreateAsync(new([run.Id]) { Life = TimeSpan.FromDays(2) }, Seeds.Ana);
        lab.Time.Advance(TimeSpan.FromDays(2) - TimeSpan.FromSeconds(1));
        Assert.NotNull(await links.FindAsync(token));
        lab.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await links.FindAsync(token));
        await Assert.ThrowsAsync<ExplainedException>(() => links.CreateAsync(new([run.Id]) { Life = TimeSpan.Zero }, Seeds.Ana));
    }

    [Fact]
    public async Task Link_Revoked_IsFoundNoMore_AndOthersCannotRevokeIt()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var links = lab.Get<ShareLinks>();
        var run = await lab.QueuedRunAsync();
        var (own, other) = (await PersonAsync(lab, "own"), await PersonAsync(lab, "other"));
        var token = await links.CreateAsync(new([run.Id]), own);
        var id = Assert.Single(await links.ListAsync(createdById: own.UserId)).Id;
        Assert.Empty(await links.ListAsync(createdById: other.UserId));
        await Assert.ThrowsAsync<ExplainedException>(() => links.RevokeAsync(id, other, ofAnyone: false));
        Assert.NotNull(await links.FindAsync(token));
        await links.RevokeAsync(id, own, ofAnyone: false);
        Assert.Null(await links.FindAsync(token));
        Assert.Empty(await links.ListAsync());
        await Assert.ThrowsAsync<ExplainedException>(() => links.RevokeAsync(id, other, ofAnyone: true));
        await using var db = lab.Db();
        Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.Action == "share.revoke" && e.UserId == own.UserId));
    }

    [Fact]
    public async Task Link_ToAComparison_KeepsItsOrder_AndGoesOnWhileTwoRunsAreLeft()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var links = lab.Get<ShareLinks>();
        var data = await lab.DataAsync();
        var ids = new List<long>();
        foreach (var name in (string[])["A", "B", "C"])
            ids.Add(await lab.Get<RunCommands>().CreateAsync(new NewRun { Spec = Seeds.Spec(data.Version, data.Split), Name = name }, Seeds.Ana));
        var token = await links.CreateAsync(new([ids[2], ids[0], ids[1]]), Seeds.Ana);
        Assert.Equal([ids[2], ids[0], ids[1]], (await links.FindAsync(token))!.RunIds);
        Assert.Equal("C · A · B", Assert.Single(await links.ListAsync(runId: ids[1])).Title);
        Assert.Empty(await links.ListAsync(runId: 99_999));
        await lab.Get<RunLibrary>().TrashAsync(ids[0]);
        Assert.Equal([ids[2], ids[1]], (await links.FindAsync(token))!.RunIds);
        await lab.Get<RunLibrary>().TrashAsync(ids[1]);
        Assert.Null(await links.FindAsync(token));
        await Assert.ThrowsAsync<ExplainedException>(() => links.CreateAsync(new([ids[2], ids[1]]), Seeds.Ana));
        await Assert.ThrowsAsync<ExplainedException>(() => links.CreateAsync(new([]), Seeds.Ana));
    }

    [Fact]
    public async Task Views_AreCountedAndListed()
    {
        await using var lab = await TestLab.CreateAsync(provider, postgres);
        var links = lab.Get<ShareLinks>();
        var run = await lab.QueuedRunAsync();
        var link = (await links.FindAsync(await links.CreateAsync(new([run.Id]), Seeds.Ana)))!;
        await links.CountViewAsync(link.Id, "Firefox");
        lab.Time.Advance(TimeSpan.FromHours(1));
        await links.CountViewAsync(link.Id, "Chrome");
        var row = Assert.Single(await links.ListAsync(runId: run.Id));
        Assert.Equal((2, lab.Time.GetUtcNow()), (row.Views, row.LastViewedAt!.Value));
        await using var db = lab.Db();
        Assert.Equal(["Firefox", "Chrome"], await db.ShareViews.OrderBy(v => v.At).Select(v => v.Client).ToListAsync());
    }

    private static async Task<Actor> PersonAsync(TestLab lab, string name)
    {
        await using var db = lab.Db();
        var user = new LabUser { UserName = name, DisplayName = name, CreatedAt = lab.Time.GetUtcNow() };
        db.Users.Add(user);
        await db.SaveChangesAsync();
        return new(user.Id, name);
    }
}
