using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MalariaLab.Worker.Hosting;

/// <summary>
/// Ends the worker with the process that started it. That process holds the other end of the standard input, which closes however it ends;
/// the kernel's own signal (PR_SET_PDEATHSIG) follows the starting thread, which a thread pool may end at any time.
/// </summary>
internal sealed partial class ParentWatch(IHostApplicationLifetime lifetime, ILogger<ParentWatch> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread, since reading a console cannot be cancelled; in the background, so that it keeps nothing alive.
        new Thread(Watch) { IsBackground = true, Name = "parent watch" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        try
        {
            while (input.Read(buffer) > 0)
            {
            }
        }
        catch (IOException)
        {
            // A broken pipe says the same as its end.
        }
        LogParentEnded();
        lifetime.StopApplication();
    }

    [LoggerMessage(LogLevel.Information, "The process that started this worker has ended; the worker stops too")]
    private partial void LogParentEnded();
}
