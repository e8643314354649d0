using System.Globalization;
using System.Text;

namespace MalariaLab.Web.Features.Exports;

/// <summary>Names of downloaded files: the run's number, and of its name what is safe on every system.</summary>
public static class ExportNames
{
    private const int LongestName = 40;

    /// <summary>7, "LeNet, seed 42" → <c>run-7-lenet-seed-42</c>; a name without a Latin letter or digit leaves the number.</summary>
    public static string Of(long runId, string name)
    {
        var text = new StringBuilder("run-").Append(runId.ToString(CultureInfo.InvariantCulture));
        var longest = text.Length + LongestName;
        var gap = true;
        foreach (var letter in name.ToLowerInvariant())
        {
            if (!char.IsAsciiLetterOrDigit(letter)) gap = true;
            else if (text.Length < longest)
            {
                if (gap) text.Append('-');
                gap = false;
                text.Append(letter);
            }
        }
        return text.ToString();
    }
}
