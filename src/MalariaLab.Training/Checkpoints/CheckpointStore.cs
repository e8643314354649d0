using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MalariaLab.Torch;
using MalariaLab.Training.Serialization;

namespace MalariaLab.Training.Checkpoints;

/// <summary>
/// Checkpoints of one run in one folder. The state file is written last and names its tensors by hash, so a checkpoint is there whole or not at all.
/// The last two are kept (the older one for the day the newer is damaged) with the best weights that either names.
/// </summary>
public sealed class CheckpointStore
{
    private const int Kept = 2;
    private const string StatePattern = "state-*.json";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly string _folder;
    private readonly Action<string> _log;

    /// <summary>The store of a folder, which is made when absent.</summary>
    public CheckpointStore(string folder, Action<string> log)
    {
        (_folder, _log) = (folder, log);
        Directory.CreateDirectory(folder);
    }

    /// <summary>Writes tensors and proves them.</summary>
    public FileProof SaveTensors(string name, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        new(name, Safetensors.Save(PathOf(name), tensors, metadata));

    /// <summary>File name of tensors of an epoch.</summary>
    public static string TensorsName(string kind, int epoch) => string.Create(CultureInfo.InvariantCulture, $"{kind}-{epoch:00000}.safetensors");

    /// <summary>Absolute path of a file of the store.</summary>
    public string PathOf(string name) => Path.Combine(_folder, name);

    /// <summary>Makes a checkpoint valid, then removes those that are no longer needed.</summary>
    public void Commit(CheckpointState state)
    {
        var text = JsonSerializer.Serialize(state, Json);
        var path = PathOf(string.Create(CultureInfo.InvariantCulture, $"state-{state.Epochs.Count:00000}.json"));
        using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.UTF8.GetBytes($"{Hash(text)}\n{text}"));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".tmp", path, overwrite: true);
        Prune(path);
    }

    /// <summary>The newest sound checkpoint of a spec, or null; damaged ones are passed over with a line in the log.</summary>
    public CheckpointState? Latest(string specHash)
    {
        foreach (var path in StateFiles())
        {
            if (Read(path, out var reason) is not { } state)
                _log($"Checkpoint {Path.GetFileName(path)} is damaged ({reason}); going back to the one before.");
            else if (state.SpecHash != specHash)
                _log($"Checkpoint {Path.GetFileName(path)} belongs to another spec and is not used.");
            else
                return state;
        }
        return null;
    }

    private CheckpointState? Read(string path, out string reason)
    {
        try
        {
            if (Parse(path, out reason) is not { } state)
                return null;
            foreach (var proof in Proofs(state))
                if (!Fits(proof))
                    return Bad($"{proof.Name} is missing or does not fit its hash", out reason);
            return state;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Bad(e.Message, out reason);
        }
    }

    /// <summary>The state in a file, whose tensors may be damaged still; null where the text is.</summary>
    private static CheckpointState? Parse(string path, out string reason)
    {
        try
        {
            var text = File.ReadAllText(path);
            var cut = text.IndexOf('\n', StringComparison.Ordinal);
            if (cut < 0 || Hash(text[(cut + 1)..]) != text[..cut])
                return Bad("its text does not fit its hash", out reason);
            var state = JsonSerializer.Deserialize<CheckpointState>(text[(cut + 1)..], Json);
            if (state?.Format != CheckpointState.CurrentFormat)
                return Bad($"it has format {state?.Format}, this program reads {CheckpointState.CurrentFormat}", out reason);
            reason = "";
            return state;
        }
        catch (Exception e) when (e is IOException or JsonException or UnauthorizedAccessException)
        {
            return Bad(e.Message, out reason);
        }
    }

    private static CheckpointState? Bad(string why, out string reason)
    {
        reason = why;
        return null;
    }

    private static IEnumerable<FileProof> Proofs(CheckpointState state) =>
        state.Best is { } best ? [state.Tensors, best.Weights] : [state.Tensors];

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private bool Fits(FileProof proof)
    {
        if (!File.Exists(PathOf(proof.Name)))
            return false;
        using var file = File.OpenRead(PathOf(proof.Name));
        return Convert.ToHexStringLower(SHA256.HashData(file)) == proof.Sha256;
    }

    private IEnumerable<string> StateFiles() => Directory.GetFiles(_folder, StatePattern).OrderDescending(StringComparer.Ordinal);

    /// <summary>Keeps the newest checkpoint and the sound one before it. What has a higher epoch could not be continued: the training went back behind it.</summary>
    private void Prune(string newest)
    {
        var keep = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in StateFiles().Where(path => string.CompareOrdinal(path, newest) <= 0).Take(Kept))
        {
            if (Parse(path, out _) is not { } state)
                continue;
            keep.Add(path);
            foreach (var proof in Proofs(state))
                keep.Add(PathOf(proof.Name));
        }
        foreach (var path in Directory.GetFiles(_folder))
            if (!keep.Contains(path) && IsOurs(Path.GetFileName(path)))
                File.Delete(path);
    }

    private static bool IsOurs(string name) => name.StartsWith("state-", StringComparison.Ordinal) || name.StartsWith("tensors-", StringComparison.Ordinal)
        || name.StartsWith("best-", StringComparison.Ordinal);
}
