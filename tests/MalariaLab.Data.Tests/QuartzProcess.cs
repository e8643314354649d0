using MalariaLab.Core.Jobs;
using MalariaLab.Data.Jobs;
using MalariaLab.Data.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Data.Tests;

/// <summary>A web or worker process in miniature: the real queue and the real clock on a lab's database.</summary>
internal sealed class QuartzProcess : IAsyncDisposable
{
    private readonly IHost host;

    private QuartzProcess(IHost host) => this.host = host;

    public static Task<QuartzProcess> WebAsync(TestLab lab) => StartAsync(lab, null, null);

    public static async Task<QuartzProcess> WorkerAsync(
        TestLab lab, WorkerIdentity worker, Func<JobContext, IServiceProvider, CancellationToken, Task<string?>> handle, JobKind kind = JobKind.Run)
    {
        // Announced before the queue starts, as the real worker does.
        await lab.Get<WorkerRegistry>().StartAsync(worker, new WorkerInfo("CPU", "{}", "v", "1.13"));
        return await StartAsync(lab, worker, services => services.AddSingleton<IJobHandler>(provider => new Handler(kind, provider, handle)));
    }

    public T Get<T>() where T : notnull => host.Services.GetRequiredService<T>();

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }

    private static async Task<QuartzProcess> StartAsync(TestLab lab, WorkerIdentity? worker, Action<IServiceCollection>? configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.SetMinimumLevel(LogLevel.None);
        builder.Services.AddLabData(lab.Options).AddLabJobs(lab.Options, worker);
        // A pass is made when a test asks for it: these workers do not beat, and after half a minute one would be silent.
        foreach (var service in builder.Services.Where(s => s.ImplementationType?.Name == "ReconcilerService").ToList()) builder.Services.Remove(service);
        configure?.Invoke(builder.Services);
        var host = builder.Build();
        await host.StartAsync();
        return new QuartzProcess(host);
    }

    private sealed class Handler(JobKind kind, IServiceProvider services, Func<JobContext, IServiceProvider, CancellationToken, Task<string?>> handle) : IJobHandler
    {
        public JobKind Kind => kind;

        public Task<string?> ExecuteAsync(JobContext job, CancellationToken cancellationToken) => handle(job, services, cancellationToken);
    }
}
