using MalariaLab.Core;
using MalariaLab.Data;
using MalariaLab.Data.Jobs;
using MalariaLab.Worker.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

try
{
    // As in the web process: nothing watches the settings' file.
    var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
    {
        Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"],
        ContentRootPath = AppContext.BaseDirectory,
    });
    var options = builder.AddWorker();
    // Before the host is built: a second worker must not even open the queue.
    using var folderLock = DataFolderLock.Take(options, new LabPaths(options));
    using var host = builder.Build();
    await host.Services.GetRequiredService<DatabaseMigrator>().MigrateAsync();
    await host.RunAsync();
    return 0;
}
catch (ExplainedException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}
