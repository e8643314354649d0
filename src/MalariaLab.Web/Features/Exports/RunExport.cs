namespace MalariaLab.Web.Features.Exports;

/// <summary>A file that a run can be taken away as.</summary>
/// <param name="Format">Name in addresses and on the command line, for example <c>history.csv</c>.</param>
/// <param name="FileName">Name of the file, made from the run's number and name.</param>
/// <param name="What">What it is, in English.</param>
/// <param name="Rows">Epochs or images in it; null where it has no rows.</param>
/// <param name="Bytes">Its size; null where it is only known once the file is made.</param>
/// <param name="Open">Reads what the file needs and gives what writes it. A refusal comes before the first byte.</param>
public sealed record RunExport(string Format, string FileName, string What, int? Rows, long? Bytes, Func<CancellationToken, Task<Func<Stream, Task>>> Open)
{
    /// <summary>Media type.</summary>
    public string MediaType => Path.GetExtension(Format) switch
    {
        ".csv" => "text/csv",
        ".json" => "application/json",
        _ => "application/octet-stream",
    };
}
