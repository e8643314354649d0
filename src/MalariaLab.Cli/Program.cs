using System.CommandLine;
using System.CommandLine.Invocation;
using MalariaLab.Cli;
using MalariaLab.Cli.Commands;

var json = new Option<bool>("--json") { Description = "Print JSON instead of text.", Recursive = true };
var root = new RootCommand("MalariaLab from the command line, against a running lab.")
{
    json,
    DatasetCommands.Create(json),
    SplitCommands.Create(json),
    LabelCommands.Create(json),
    RunCommands.Create(json),
    RunCommands.List(json),
    ResultCommands.Results(json),
    ResultCommands.Predictions(),
    ExportCommands.Create(json),
    ResultCommands.Evaluate(json),
    PredictCommands.Create(json),
    RunCommands.Cancel(json),
    RunCommands.Resume(json),
    ShareCommands.Create(json),
    ShareCommands.Report(),
    WeightsCommands.Create(json),
    WorkerCommands.List(json),
};

var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
try
{
    var parsed = root.Parse(args);
    if (parsed.Action is not ParseErrorAction) return await parsed.InvokeAsync(configuration);
    foreach (var error in parsed.Errors) await Console.Error.WriteLineAsync(Usage.Sentence(error.Message));
    await Console.Error.WriteLineAsync($"Add --help to see what {parsed.CommandResult.Command.Name} takes.");
    return 1;
}
catch (LabException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException)
{
    // A folder that is not there, a full disk, a connection that broke: said as it is, not as a crash.
    await Console.Error.WriteLineAsync(e.InnerException is { } cause ? $"{e.Message} {cause.Message}" : e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
