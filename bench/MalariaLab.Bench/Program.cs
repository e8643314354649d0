using MalariaLab.Bench;

Dictionary<string, (string Usage, Func<Arguments, Task<int>> Run)> commands = new()
{
    ["augmentation"] = (AugmentationBench.Usage, AugmentationBench.RunAsync),
    ["circuits"] = (CircuitsBench.Usage, CircuitsBench.RunAsync),
    ["compare"] = (CompareBench.Usage, CompareBench.RunAsync),
    ["datasetpage"] = (DatasetPageBench.Usage, DatasetPageBench.RunAsync),
    ["duplicates"] = (DuplicatesBench.Usage, DuplicatesBench.RunAsync),
    ["gpu"] = (GpuBench.Usage, GpuBench.RunAsync),
    ["import"] = (ImportBench.Usage, ImportBench.RunAsync),
    ["runpage"] = (RunPageBench.Usage, RunPageBench.RunAsync),
    ["runs"] = (RunsBench.Usage, RunsBench.RunAsync),
    ["statistics"] = (StatisticsBench.Usage, StatisticsBench.RunAsync),
    ["train"] = (TrainBench.Usage, TrainBench.RunAsync),
    ["versus"] = (VersusBench.Usage, VersusBench.RunAsync),
};
if (args.Length > 0 && commands.TryGetValue(args[0], out var command))
    return await command.Run(new Arguments(args[1..]));
Console.Error.WriteLine("Commands:");
foreach (var (_, (usage, _)) in commands)
    Console.Error.WriteLine($"  {usage}");
return 2;
