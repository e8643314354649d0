using MalariaLab.Data;
using MalariaLab.Web.Security;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace MalariaLab.Web.Hosting;

/// <summary>What happens once around the opening of the doors: database, set-up token, access for the command line.</summary>
internal sealed class LabStart(DatabaseMigrator migrator, SetUpToken setUp, LocalAccess local, IServer server) : IHostedLifecycleService
{
    // Before any other service touches the database.
    public Task StartingAsync(CancellationToken cancellationToken) => migrator.MigrateAsync(cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        var url = server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost";
        local.Write(url);
        if (await setUp.OpenAsync(cancellationToken) is { } token)
            // For the person at the console, not for the log: a token has no place there.
            await Console.Out.WriteLineAsync($"\n  This lab has no account yet. Make the first administrator at\n  {url}{LabUrls.With(LabUrls.SetUp, ("token", token))}\n");
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        File.Delete(local.File);
        return Task.CompletedTask;
    }
}
