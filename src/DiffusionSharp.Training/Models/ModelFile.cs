using System.Globalization;
using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Networks;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Models;

/// <summary>A model as one file: its weights as float32 safetensors, and in the file's metadata all that gives them a meaning.</summary>
/// <remarks>
/// <code>
/// format    diffusionsharp.model
/// version   1
/// config    the run's config.json; of the data's path the last name, of a file of labels nothing
/// step      steps they were trained for
/// weights   ema, raw, or the name of another average
/// </code>
/// Other programs read the tensors as those of any safetensors file.
/// </remarks>
internal static class ModelFile
{
    private const string Format = "diffusionsharp.model", Version = "1";
    private const int LongestConfig = 1_000_000;

    /// <summary>Writes a model whole or not at all; the same model gives the same bytes.</summary>
    /// <exception cref="InvalidOperationException">A weight is not a finite number.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, TrainedModel model)
    {
        if (model.Weights.FirstNonFinite() is { } bad)
            throw new InvalidOperationException($"Save: the parameter '{bad}' holds a value that is not a finite number; such a model is not written.");
        var config = ConfigJson.Write(Shipped(model.Config));
        if (config.Length > LongestConfig)
            throw new InvalidOperationException(
                $"Save: the configuration has {config.Length} characters, at most {LongestConfig} are read back; "
                + "class names or levels one by one are too many for one file.");
        var metadata = new Dictionary<string, string>
        {
            ["format"] = Format,
            ["version"] = Version,
            ["config"] = config,
            ["step"] = model.Step.ToString(CultureInfo.InvariantCulture),
            ["weights"] = model.WeightsName,
        };
        SafetensorsFile.Write(path, model.Weights.Export(), metadata);
    }

    /// <summary>Whether a safetensors file says of itself that it holds a model.</summary>
    /// <exception cref="DataException">It is no safetensors file.</exception>
    public static bool IsModel(string path)
    {
        CheckBeginning(path);
        using var file = SafetensorsFile.Open(path);
        return Text(file, "format") == Format;
    }

    /// <summary>Reads a model, checked before anything is allocated by what it claims.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The weights that it is to hold; null: whichever it holds.</param>
    /// <param name="network">The network where it is a function; null where it is not.</param>
    /// <exception cref="DataException">The file holds no model, or not these weights.</exception>
    public static TrainedModel Read(string path, string? name, NetworkFunction? network)
    {
        CheckBeginning(path);
        using var file = SafetensorsFile.Open(path);
        if (Text(file, "format") != Format)
            throw new DataException(
                $"{path}: this is a safetensors file without a model's configuration, so its weights have no meaning; "
                + "name the folder of the run or of the checkpoint, or a file that DiffusionModel.Save wrote.");
        if (Text(file, "version") is var version && version != Version)
            throw new DataException($"{path}: the model's file is of version '{Short(version)}', this program reads version {Version}.");
        if (Text(file, "config") is not { Length: <= LongestConfig } json)
            throw Damaged(path, $"its configuration is missing, or longer than {LongestConfig} characters");
        if (!int.TryParse(Text(file, "step"), NumberStyles.None, CultureInfo.InvariantCulture, out var step))
            throw Damaged(path, $"its step is '{Short(Text(file, "step"))}', a whole number from 0 was expected");
        var config = ConfigJson.Read(json, $"{path}: the configuration in it");
        if (step > config.Steps) throw Damaged(path, $"its step is {step}, and its configuration has {config.Steps} steps");
        var names = ModelWeights.Of(config);
        if (Text(file, "weights") is not { } holds || !names.Contains(holds))
            throw Damaged(path, $"its weights are called '{Short(Text(file, "weights"))}', its configuration has {string.Join(", ", names)}");
        if (name is not null && name != holds)
            throw new DataException($"{path}: the file holds the weights '{holds}', not '{name}'; ask for '{holds}', or save those of the run.");
        return Build(path, file, OwnNetwork.Given(config, network, path), step, holds);
    }

    private static TrainedModel Build(string path, SafetensorsFile file, RunConfig config, int step, string name)
    {
        try
        {
            var layout = new NetworkBlueprint(config, config.SampleShape()).Layout();
            WeightsFile.CheckLayout(path, file, "", layout);
            if (file.Names.FirstOrDefault(n => !layout.Contains(n)) is { } extra)
                throw Damaged(path, $"it holds the tensor '{Short(extra)}', which its network has not");
            var weights = new ParameterBuffer(layout);
            weights.Import(file.Read);
            if (weights.FirstNonFinite() is { } bad) throw Damaged(path, $"'{bad}' holds a value that is not a finite number");
            return new TrainedModel(config, weights, step, name);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException or NotSupportedException && config.OwnNetwork is null)
        {
            throw Damaged(path, $"no network can be made of its configuration: {error.Message.ReplaceLineEndings(" ").TrimEnd('.')}");
        }
    }

    // What comes instead of a file more often than a damaged one.
    private static void CheckBeginning(string path)
    {
        ReadOnlySpan<byte> pointer = "version https://git-lfs"u8;
        Span<byte> beginning = stackalloc byte[pointer.Length];
        int length;
        try
        {
            using var stream = File.OpenRead(path);
            length = stream.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path} could not be opened: {error.Message}");
        }

        if (length == 0) throw new DataException($"{path}: the file is empty; a model's file was expected.");
        if (beginning[..length].SequenceEqual(pointer))
            throw new DataException($"{path}: this is a Git LFS pointer, the model itself was not fetched; run 'git lfs pull'.");
    }

    // Nothing of the machine that trained leaves with a file that is handed on.
    private static RunConfig Shipped(RunConfig config) => config with
    {
        Data = LastName(config.Data),
        From = config.From is { } from ? LastName(from) : null,
        Conditioning = config.Conditioning is { } c ? c with { Labels = null } : null,
    };

    private static string LastName(string path)
    {
        var name = path.Split('/', '\\').LastOrDefault(part => part.Length > 0) ?? "data";

        // A folder that is called as a built-in source is not taken for it.
        return name != path && DataSource.BuiltIn.ContainsKey(name) ? "./" + name : name;
    }

    private static string? Text(SafetensorsFile file, string key) => file.Metadata.GetValueOrDefault(key);

    // A file's words are shown, but not at its length, and on one line.
    private static string Short(string? text)
    {
        var line = new StringBuilder();
        foreach (var c in (text ?? "").Take(60)) line.Append(char.IsControl(c) ? ' ' : c);
        return text?.Length > 60 ? $"{line}…" : line.ToString();
    }

    private static DataException Damaged(string path, string why) => new($"{path}: the model's file is damaged: {why}.");
}
