using System.CommandLine;
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
    ShareCommands.Create(json),
    ShareCommands.Report(),
    WeightsCommands.Create(json),
    WorkerCommands.List(json),
};

var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false };
try
{
    return await root.Parse(args).InvokeAsync(configuration);
}
catch (LabException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
