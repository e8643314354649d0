using System.Text;
using CsvHelper;

namespace MalariaLab.Web.Components.Charts;

/// <summary>The numbers behind a figure as CSV. Names come from people, so what a spreadsheet would run as a formula becomes text.</summary>
public static class FigureCsv
{
    /// <summary>Rows of text, numbers at full precision and empty cells.</summary>
    /// <param name="rows">The head line first.</param>
    /// <param name="separator">A tab for the clipboard, which spreadsheets part into cells.</param>
    public static string Write(IEnumerable<IReadOnlyList<object?>> rows, char separator = ',')
    {
        using var stream = new MemoryStream();
        using (var csv = CsvWriter.Create(stream, new CsvWriterOptions { Separator = separator, Injection = CsvInjection.Escape }, leaveOpen: true))
        {
            foreach (var row in rows)
            {
                foreach (var value in row)
                    switch (value)
                    {
                        case double number: csv.WriteField(number); break;
                        case IFormattable whole: csv.WriteField(Convert.ToInt64(whole, System.Globalization.CultureInfo.InvariantCulture)); break;
                        default: csv.WriteField((string?)value); break;
                    }
                csv.EndRecord();
            }
            csv.Flush();
        }
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
