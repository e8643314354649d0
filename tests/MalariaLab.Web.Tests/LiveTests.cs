using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using MalariaLab.Testing;
using MalariaLab.Web.Live;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class LiveTests
{
    [Fact]
    public async Task Throttler_ManySignals_NeverOverlapAndTheLastIsFollowed()
    {
        var (running, most, seen, signals) = (0, 0, 0, 0);
        var (all, reachedLast) = (new TaskCompletionSource(), new TaskCompletionSource());
        using var throttler = new CallbackThrottler(async () =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            var now = Volatile.Read(ref signals);
            await all.Task;
            Interlocked.Decrement(ref running);
            seen++;
            if (now == 1000) reachedLast.TrySetResult();
        }, TimeSpan.FromMilliseconds(10), TimeProvider.System);
        for (var i = 0; i < 1000; i++)
        {
            Interlocked.Increment(ref signals);
            throttler.Signal();
        }
        // Those that come while it is called are followed by one call.
        all.SetResult();
        await reachedLast.Task.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken);
        Assert.Equal(1, most);
        Assert.InRange(seen, 1, 2);
    }

    [Fact]
    public void Throttler_Disposed_StartsNothing()
    {
        var calls = 0;
        var throttler = new CallbackThrottler(() => { calls++; return Task.CompletedTask; }, TimeSpan.Zero, TimeProvider.System);
        throttler.Dispose();
        throttler.Signal();
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task Page_WhoseOlderReadingTakesLonger_ShowsWhatTheNewerOneFound()
    {
        using var page = new SlowPage();
        var first = page.ShowAsync("first");
        var second = page.ShowAsync("second");
        page.Answers["second"].SetResult();
        page.Answers["first"].SetResult();
        await Task.WhenAll(first, second);
        Assert.Equal("second", page.Shown);

        // A reading that fails holds up none.
        var third = page.ShowAsync("third");
        var fourth = page.ShowAsync("fourth");
        page.Answers["third"].SetException(new InvalidOperationException("away"));
        page.Answers["fourth"].SetResult();
        await Assert.ThrowsAsync<InvalidOperationException>(() => third);
        await fourth;
        Assert.Equal("fourth", page.Shown);
    }

    [Fact]
    public async Task Poller_TellsOfTheWatchedRunOnly_UntilDisposed()
    {
        using var lab = new LabFactory();
        var ct = TestContext.Current.CancellationToken;
        IReadOnlyList<long> runs;
        await using (var db = await lab.Services.GetRequiredService<IDbContextFactory<Data.LabDbContext>>().CreateDbContextAsync(ct))
            runs = await LabSeed.FillAsync(db, 8, DateTimeOffset.UtcNow);
        var poller = lab.Services.GetRequiredService<LivePoller>();
        var library = lab.Services.GetRequiredService<RunLibrary>();
        var told = new SemaphoreSlim(0);
        var others = 0;
        using (poller.Subscribe((kind, id) => kind == ChangeKind.Run && id == runs[5], () => { told.Release(); return Task.CompletedTask; }))
        using (poller.Subscribe((kind, id) => kind == ChangeKind.Run && id == runs[6], () => { others++; return Task.CompletedTask; }))
        {
            await library.RenameAsync(runs[5], "seen live", ct);
            Assert.True(await told.WaitAsync(Patience.Limit, ct));
            Assert.Equal(0, others);
        }
        Assert.Equal(0, poller.Watchers);
    }

    private sealed class SlowPage : LivePage
    {
        private string wanted = "";

        public Dictionary<string, TaskCompletionSource> Answers { get; } = new() { ["first"] = new(), ["second"] = new(), ["third"] = new(), ["fourth"] = new() };

        public string Shown { get; private set; } = "";

        public Task ShowAsync(string what)
        {
            wanted = what;
            return ReloadAsync();
        }

        protected override bool Concerns(ChangeKind kind, long id) => false;

        protected override async Task LoadAsync()
        {
            var asked = wanted;
            await Answers[asked].Task;
            Shown = asked;
        }
    }
}
