using System.Collections.Concurrent;
using System.Text;
using MalariaLab.Bench;
using MalariaLab.Data;
using MalariaLab.Data.Runs;
using MalariaLab.Testing;
using MalariaLab.Web.Live;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace MalariaLab.Web.Tests;

public sealed class CircuitTests
{
    [Fact]
    public async Task Circuits_WatchOneRun_SeeItsChangesAndLeaveNothingBehindWhenClosed()
    {
        var ct = TestContext.Current.CancellationToken;
        var circuits = new ConcurrentBag<WeakReference>();
        using var lab = new LabFactory();
        using var watched = lab.WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddScoped<CircuitHandler>(_ => new Handler(circuits))));
        using var browser = watched.CreateClient(new() { AllowAutoRedirect = false });
        using var signedIn = await lab.SetUp(browser, await File.ReadAllTextAsync(Path.Combine(lab.Folder, "set-up-token"), ct));
        long run;
        await using (var db = await watched.Services.GetRequiredService<IDbContextFactory<LabDbContext>>().CreateDbContextAsync(ct))
            run = (await LabSeed.FillAsync(db, 3, DateTimeOffset.UtcNow))[1];
        var poller = watched.Services.GetRequiredService<LivePoller>();

        var names = new ConcurrentDictionary<int, bool>();
        var clients = new List<CircuitClient>();
        for (var i = 0; i < 4; i++)
        {
            var number = i;
            var shown = new TaskCompletionSource();
            clients.Add(await CircuitClient.OpenAsync(
                browser,
                new(browser.BaseAddress!, LabUrls.Run(run)),
                address => ConnectAsync(watched, signedIn, address, ct),
                client => client.Rendered = Look));
            await shown.Task.WaitAsync(Patience.Limit, ct);

            void Look(ReadOnlyMemory<byte> batch)
            {
                var text = Encoding.UTF8.GetString(batch.Span);
                if (text.Contains("panel-results", StringComparison.Ordinal)) shown.TrySetResult();
                if (text.Contains("seen on every circuit", StringComparison.Ordinal)) names[number] = true;
            }
        }
        Assert.Equal(4, circuits.Count(c => c.IsAlive));
        Assert.True(poller.Watchers >= 4);
        await watched.Services.GetRequiredService<RunLibrary>().RenameAsync(run, "seen on every circuit", ct);
        await Patience.UntilAsync(() => names.Count == 4, "The new name did not come to every circuit.", ct);
        Assert.All(clients, client => Assert.Null(client.Failure));

        // As a browser says goodbye when a tab is closed.
        foreach (var client in clients)
        {
            using var goodbye = new FormUrlEncodedContent([new("circuitId", await client.CircuitIdAsync)]);
            (await browser.PostAsync(new Uri("/_blazor/disconnect", UriKind.Relative), goodbye, ct)).EnsureSuccessStatusCode();
            await client.DisposeAsync();
        }
        clients.Clear();
        await Patience.UntilAsync(() => poller.Watchers == 0, "Closed circuits still listen to changes.", ct);
        await Patience.UntilAsync(() => { GC.Collect(); return circuits.All(c => !c.IsAlive); }, "Closed circuits are still in memory.", ct);
    }

    [Fact]
    public async Task Circuit_OfSomeoneWhoseAccountWasClosed_ShowsThePageNoMore()
    {
        var ct = TestContext.Current.CancellationToken;
        var accounts = new ConcurrentBag<IHostEnvironmentAuthenticationStateProvider>();
        using var lab = new LabFactory();
        using var watched = lab.WithWebHostBuilder(host => host.ConfigureTestServices(services => services.AddScoped<CircuitHandler>(circuit =>
        {
            accounts.Add((IHostEnvironmentAuthenticationStateProvider)circuit.GetRequiredService<AuthenticationStateProvider>());
            return new Handler([]);
        })));
        using var browser = watched.CreateClient(new() { AllowAutoRedirect = false });
        using var signedIn = await lab.SetUp(browser, await File.ReadAllTextAsync(Path.Combine(lab.Folder, "set-up-token"), ct));
        var (shown, refused) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var client = await CircuitClient.OpenAsync(
            browser,
            new(browser.BaseAddress!, LabUrls.Queue),
            address => ConnectAsync(watched, signedIn, address, ct),
            client => client.Rendered = Look);
        await shown.Task.WaitAsync(Patience.Limit, ct);

        // What the minutely look at the account does when it finds it closed or changed.
        Assert.Single(accounts).SetAuthenticationState(Task.FromResult(new AuthenticationState(new())));

        await refused.Task.WaitAsync(Patience.Limit, ct);

        void Look(ReadOnlyMemory<byte> batch)
        {
            var text = Encoding.UTF8.GetString(batch.Span);
            if (text.Contains("Pause the queue", StringComparison.Ordinal)) shown.TrySetResult();
            if (text.Contains("This page is not for your role", StringComparison.Ordinal)) refused.TrySetResult();
        }
    }

    [Fact]
    public async Task SharedReads_AskedWhileOneGoesOn_ShareTheNextOne()
    {
        var (begun, gate) = (0, new TaskCompletionSource());
        var reads = new SharedReads<int, int>(async _ =>
        {
            var number = Interlocked.Increment(ref begun);
            await gate.Task;
            return number;
        });
        var first = reads.ReadAsync(7);
        await Patience.UntilAsync(() => Volatile.Read(ref begun) == 1, "Nothing is read.", TestContext.Current.CancellationToken);
        var later = Enumerable.Range(0, 50).Select(_ => reads.ReadAsync(7)).ToList();
        gate.SetResult();
        Assert.Equal(1, await first);
        Assert.All(await Task.WhenAll(later), number => Assert.Equal(2, number));
        Assert.Equal(3, await reads.ReadAsync(7));
    }

    private static async Task<System.Net.WebSockets.WebSocket> ConnectAsync(WebApplicationFactory<Program> lab, HttpResponseMessage signedIn, Uri address, CancellationToken ct)
    {
        var sockets = lab.Server.CreateWebSocketClient();
        sockets.ConfigureRequest = request => request.Headers.Cookie = string.Join("; ", signedIn.Headers.GetValues("Set-Cookie").Select(c => c.Split(';')[0]));
        return await sockets.ConnectAsync(address, ct);
    }

    /// <summary>Lives as long as its circuit: whatever holds a component of it holds this too.</summary>
    private sealed class Handler : CircuitHandler
    {
        public Handler(ConcurrentBag<WeakReference> circuits) => circuits.Add(new(this));
    }
}
