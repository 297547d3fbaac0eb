using System.Globalization;
using System.Text;
using DiffusionSharp.Data.Formats;
using DiffusionSharp.Graphs;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp.Training.Runs;

/// <summary>The folder of a run: <c>config.json</c>, <c>metrics.jsonl</c>, <c>loss.svg</c>, <c>samples/</c>, <c>checkpoints/</c>.</summary>
public sealed class RunFolder
{
    /// <summary>The ending of a checkpoint that is being written or removed.</summary>
    internal const string Partial = ".partial";

    private const string StepPrefix = "step-";

    /// <summary>Names a run's folder; nothing is made yet.</summary>
    /// <param name="path">Where it is, or is to be.</param>
    public RunFolder(string path) => Path = System.IO.Path.GetFullPath(path);

    /// <summary>Full path.</summary>
    public string Path { get; }

    /// <summary>The configuration's file.</summary>
    public string ConfigFile => In("config.json");

    /// <summary>The metrics' file.</summary>
    public string MetricsFile => In("metrics.jsonl");

    /// <summary>The weights of another model that the run was started from; not there where its first weights were drawn.</summary>
    public string StartFile => In("start.safetensors");

    /// <summary>The loss curve's file.</summary>
    public string LossFile => In("loss.svg");

    /// <summary>Whether a run has begun here.</summary>
    public bool Exists => File.Exists(ConfigFile);

    /// <summary>The file of a sheet of samples.</summary>
    /// <param name="step">Steps done.</param>
    /// <param name="extension">With its dot.</param>
    public string SampleFile(int step, string extension) => In("samples", StepName(step) + extension);

    /// <summary>The folder of a checkpoint.</summary>
    /// <param name="step">Steps done, 1 or more.</param>
    public string CheckpointFolder(int step) => In("checkpoints", StepName(step));

    /// <summary>Makes the folder and writes the configuration.</summary>
    /// <param name="config">The run's.</param>
    /// <param name="start">
    /// The weights that it begins with, where they were not drawn: written before the configuration, which is never there without them.
    /// </param>
    /// <exception cref="DataException">Something else is there already.</exception>
    public void Create(RunConfig config, ParameterBuffer? start = null)
    {
        if (File.Exists(Path)) throw new DataException($"{Path}: a folder for the run is expected, this is a file.");
        if (Exists) throw new DataException($"{Path}: a run is here already; resume it, or choose another folder.");
        if (Directory.Exists(Path) && Directory.EnumerateFileSystemEntries(Path).Any(e => e != ConfigFile + ".tmp" && !StartWeights.IsLeftOver(this, e)))
            throw new DataException($"{Path}: the folder is not empty and holds no run; choose another.");
        if (start is not null) StartWeights.Write(this, start);
        WriteConfig(config);
    }

    /// <summary>Writes the configuration in place of the old one.</summary>
    /// <param name="config">A valid configuration.</param>
    public void WriteConfig(RunConfig config) => AtomicFile.Write(ConfigFile, Encoding.UTF8.GetBytes(ConfigJson.Write(config)));

    /// <summary>Reads the configuration.</summary>
    /// <exception cref="DataException">There is no run here, or its configuration is damaged.</exception>
    public RunConfig ReadConfig() =>
        Exists
            ? ConfigJson.ReadFile(ConfigFile)
            : throw new DataException(Directory.Exists(Path) ? $"{Path}: there is no run here (no config.json)." : $"{Path}: there is no such folder.");

    /// <summary>Steps of all whole checkpoints, oldest first.</summary>
    public IReadOnlyList<int> CheckpointSteps()
    {
        var folder = In("checkpoints");
        if (!Directory.Exists(folder)) return [];
        return [.. Directory.EnumerateDirectories(folder).Select(d => ParseStep(System.IO.Path.GetFileName(d))).OfType<int>().Order()];
    }

    /// <summary>What a stop has left of checkpoints that were being written or removed.</summary>
    internal IReadOnlyList<string> PartialCheckpoints() =>
        Directory.Exists(In("checkpoints")) ? [.. Directory.EnumerateDirectories(In("checkpoints"), "*" + Partial)] : [];

    private static string StepName(int step) => StepPrefix + step.ToString("D8", CultureInfo.InvariantCulture);

    private static int? ParseStep(string name) =>
        name.StartsWith(StepPrefix, StringComparison.Ordinal)
        && int.TryParse(name.AsSpan(StepPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            ? step
            : null;

    private string In(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);
}
