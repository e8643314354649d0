using System.Globalization;
using System.Linq.Expressions;
using System.Text.RegularExpressions;
using MalariaLab.Core;
using MalariaLab.Core.Runs;
using MalariaLab.Data.Entities;
using MalariaLab.Data.Runs;
using Microsoft.EntityFrameworkCore;

namespace MalariaLab.Web.Features.Runs;

/// <summary>
/// The filter language of the runs table. Words must all hold: a plain word is part of name, notes, tags, recipe or dataset,
/// <c>status:failed</c>, <c>recipe:lenet</c>, <c>dataset:cells</c>, <c>split:patients</c>, <c>tag:paper</c>, <c>seed:42</c>, <c>group:3</c>,
/// <c>is:archived</c>, <c>is:trashed</c>, <c>accuracy&gt;0.95</c>, <c>auc&lt;=0.9</c>; a minus before a word turns it round.
/// </summary>
public static partial class RunQueryText
{
    private const string Escape = @"\";

    private static readonly Dictionary<string, Expression<Func<Run, double?>>> Figures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["accuracy"] = r => r.Accuracy,
        ["sensitivity"] = r => r.Sensitivity,
        ["specificity"] = r => r.Specificity,
        ["f1"] = r => r.F1,
        ["auc"] = r => r.Auc,
        ["logloss"] = r => r.LogLoss,
        ["valaccuracy"] = r => r.BestValAccuracy,
        ["valloss"] = r => r.BestValLoss,
        ["epoch"] = r => r.LastEpoch,
        ["minutes"] = r => r.TrainSeconds / 60,
    };

    /// <summary>Reads a filter text. Archived and trashed runs stay out unless asked for.</summary>
    /// <exception cref="ExplainedException">A word is not understood; the message says which and what would be.</exception>
    public static RunFilter Parse(string text)
    {
        var filter = new RunFilter();
        var plain = new List<string>();
        var conditions = new List<Expression<Func<Run, bool>>>();
        foreach (var word in Word().Matches(text).Select(m => m.Value))
        {
            if (word.Equals("is:archived", StringComparison.OrdinalIgnoreCase)) filter = filter with { Archived = true };
            else if (word.Equals("is:trashed", StringComparison.OrdinalIgnoreCase)) filter = filter with { Trashed = true };
            else if (word is ['-', _, ..]) conditions.Add(Not(Condition(word[1..]) ?? NameHas(word[1..].Trim('"'))));
            else if (Condition(word) is { } condition) conditions.Add(condition);
            else plain.Add(word.Trim('"'));
        }
        return filter with { Text = string.Join(' ', plain), Conditions = conditions };
    }

    private static Expression<Func<Run, bool>> Not(Expression<Func<Run, bool>> condition) =>
        Expression.Lambda<Func<Run, bool>>(Expression.Not(condition.Body), condition.Parameters);

    // Null for a plain word.
    private static Expression<Func<Run, bool>>? Condition(string word)
    {
        var comparison = Comparison().Match(word);
        if (comparison.Success && Figures.TryGetValue(comparison.Groups["figure"].Value, out var figure)) return Compare(figure, comparison);
        var colon = word.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0) return null;
        var (key, value) = (word[..colon].ToLowerInvariant(), word[(colon + 1)..].Trim('"'));
        var pattern = Pattern(value);
        var lower = value.ToLowerInvariant();
        switch (key)
        {
            case "status":
                return Status(value);
            case "recipe":
                return r => r.Experiment!.Recipe == lower;
            case "dataset":
                return r => EF.Functions.Like(r.Experiment!.DatasetVersion!.Dataset!.Name.ToLower(), pattern, Escape);
            case "split":
                return r => EF.Functions.Like(r.Experiment!.Split!.Name.ToLower(), pattern, Escape);
            case "worker":
                return r => EF.Functions.Like(r.WorkerName!.ToLower(), pattern, Escape);
            case "tag":
                var tag = " " + RunTags.Normal(value) + " ";
                return r => r.TagText.Contains(tag);
            case "seed" when long.TryParse(value, CultureInfo.InvariantCulture, out var seed):
                return r => r.Experiment!.Seed == seed;
            case "group" when long.TryParse(value, CultureInfo.InvariantCulture, out var group):
                return r => r.GroupId == group;
            default:
                throw new ExplainedException($"\"{word}\" is not understood. "
                    + "Try status:failed, recipe:lenet, dataset:…, split:…, tag:…, seed:42, group:3, is:archived, is:trashed or accuracy>0.95.");
        }
    }

    private static Expression<Func<Run, bool>> Status(string value)
    {
        var running = value.Equals("running", StringComparison.OrdinalIgnoreCase);
        var matching = Enum.GetValues<RunStatus>().Where(s => running ? s.IsActive() : s.ToString().Equals(value, StringComparison.OrdinalIgnoreCase)).ToList();
        if (matching.Count == 0) throw new ExplainedException($"\"{value}\" is not a status. Use running, {string.Join(", ", Enum.GetNames<RunStatus>()).ToLowerInvariant()}.");
        return r => matching.Contains(r.Status);
    }

    private static Expression<Func<Run, bool>> NameHas(string part)
    {
        var pattern = Pattern(part);
        return r => EF.Functions.Like(r.Name.ToLower(), pattern, Escape);
    }

    private static Expression<Func<Run, bool>> Compare(Expression<Func<Run, double?>> figure, Match comparison)
    {
        var text = comparison.Groups["value"].Value;
        if (!double.TryParse(text.TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            throw new ExplainedException($"\"{text}\" is not a number.");
        if (text.EndsWith('%')) value /= 100;
        var limit = Expression.Constant((double?)value, typeof(double?));
        Expression body = comparison.Groups["sign"].Value switch
        {
            ">" => Expression.GreaterThan(figure.Body, limit),
            ">=" => Expression.GreaterThanOrEqual(figure.Body, limit),
            "<" => Expression.LessThan(figure.Body, limit),
            "<=" => Expression.LessThanOrEqual(figure.Body, limit),
            _ => Expression.Equal(figure.Body, limit),
        };
        return Expression.Lambda<Func<Run, bool>>(body, figure.Parameters);
    }

    private static string Pattern(string part)
    {
        var literal = part.ToLowerInvariant()
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
        return $"%{literal}%";
    }

    [GeneratedRegex("""-?(?:[A-Za-z]+:)?"[^"]*"|\S+""")]
    private static partial Regex Word();

    [GeneratedRegex(@"^(?<figure>[A-Za-z0-9]+)(?<sign>>=|<=|>|<|=)(?<value>\S+)$")]
    private static partial Regex Comparison();
}
