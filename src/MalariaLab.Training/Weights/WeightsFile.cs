using System.Security.Cryptography;
using System.Text.Json;
using MalariaLab.Core;
using MalariaLab.Core.Serialization;
using MalariaLab.Torch;
using MalariaLab.Training.Architectures;
using MalariaLab.Training.Serialization;

namespace MalariaLab.Training.Weights;

/// <summary>The lab's own weight files: safetensors with every tensor of the network by name, and enough metadata to score with them.</summary>
public static class WeightsFile
{
    internal const string ArchitectureKey = "architecture";
    private const string PreprocessingKey = "preprocessing", ClassesKey = "classes", ProgramKey = "program";
    private const string SpecHashKey = "spec_hash", LayoutKey = "layout";

    /// <summary>Metadata for the weights of a spec.</summary>
    public static IReadOnlyDictionary<string, string> Describe(ExperimentSpec spec, IReadOnlyList<string> classNames, string program) => new Dictionary<string, string>
    {
        [ProgramKey] = program,
        [SpecHashKey] = SpecJson.Hash(spec),
        [ArchitectureKey] = JsonSerializer.Serialize(spec.Architecture, SpecJson.Options),
        [PreprocessingKey] = JsonSerializer.Serialize(spec.Preprocessing, SpecJson.Options),
        [ClassesKey] = JsonSerializer.Serialize(classNames),
        [LayoutKey] = "convolutions OIHW; dense (out, in), inputs after flatten in row, column, channel order",
    };

    /// <summary>What a file says about its network.</summary>
    /// <exception cref="WeightsException">The file was not written by this lab.</exception>
    public static WeightsDescription ReadDescription(string path)
    {
        var metadata = SafetensorsHeader.Read(path).Metadata;
        if (!metadata.TryGetValue(ArchitectureKey, out var architecture)
            || !metadata.TryGetValue(PreprocessingKey, out var preprocessing)
            || !metadata.TryGetValue(ClassesKey, out var classes))
            throw new WeightsException($"{Path.GetFileName(path)} does not say which network it belongs to: it is no weights file of a run.");
        return new(
            JsonSerializer.Deserialize<ArchitectureSpec>(architecture, SpecJson.Options)!,
            JsonSerializer.Deserialize<PreprocessingSpec>(preprocessing, SpecJson.Options)!,
            JsonSerializer.Deserialize<string[]>(classes)!);
    }

    /// <summary>The classes that a file's metadata names, or null.</summary>
    internal static IReadOnlyList<string>? ClassesOf(IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            return metadata.TryGetValue(ClassesKey, out var classes) ? JsonSerializer.Deserialize<string[]>(classes) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Reads every tensor of the network.</summary>
    /// <exception cref="WeightsException">A tensor is missing or has another shape; the message names the first.</exception>
    public static void Read(string path, NetworkWeights weights)
    {
        using var scope = torch.NewDisposeScope();
        using var noGrad = torch.no_grad();
        var tensors = Safetensors.Load(path).Tensors;
        foreach (var slot in weights.Layout.Slots)
        {
            if (!tensors.TryGetValue(slot.Name, out var tensor))
                throw new WeightsException($"{Path.GetFileName(path)} lacks the tensor {slot.Name} [{string.Join(", ", slot.Shape)}].");
            if (!tensor.shape.SequenceEqual(slot.Shape))
            {
                var (given, wanted) = (string.Join(", ", tensor.shape), string.Join(", ", slot.Shape));
                throw new WeightsException($"{slot.Name} has shape [{given}] in {Path.GetFileName(path)}, but the network needs [{wanted}].");
            }
            weights.View(slot).copy_(tensor);
        }
    }

    /// <summary>Copies a file so that it appears whole or not at all.</summary>
    /// <returns>SHA-256 in hexadecimal.</returns>
    public static string Copy(string source, string target)
    {
        var temporary = target + ".tmp";
        File.Copy(source, temporary, overwrite: true);
        string hash;
        using (var file = new FileStream(temporary, FileMode.Open, FileAccess.ReadWrite))
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(file));
            file.Flush(flushToDisk: true);
        }
        File.Move(temporary, target, overwrite: true);
        return hash;
    }
}

/// <summary>Network, preprocessing and classes of a weights file.</summary>
public sealed record WeightsDescription(ArchitectureSpec Architecture, PreprocessingSpec Preprocessing, IReadOnlyList<string> ClassNames);

/// <summary>A weights file that does not fit; the message says where.</summary>
public sealed class WeightsException(string message) : ExplainedException(message);
