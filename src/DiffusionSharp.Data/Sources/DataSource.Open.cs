using DiffusionSharp.Data.Sources;
using DiffusionSharp.Tensors;

namespace DiffusionSharp;

// Opens a source by its text: a built-in name, a folder, or a .npy file.
public abstract partial class DataSource
{
    private const string Digits = "digits";

    /// <summary>The built-in sources: name and one line of description.</summary>
    public static IReadOnlyDictionary<string, string> BuiltIn { get; } = new Dictionary<string, string>(
        [
            new(Digits, "digits drawn as by hand, 28×28 grey, labelled 0 to 9"),
            .. PointSource.Names.Select(p => KeyValuePair.Create(p.Key, $"points in the plane: {p.Value}")),
        ],
        StringComparer.Ordinal);

    /// <summary>The forms that name files: how they look and one line of description.</summary>
    public static IReadOnlyDictionary<string, string> FileForms { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["FOLDER of pictures"] = "PNG and JPEG files; sub-folders are classes",
        ["FOLDER of IDX files"] = "MNIST, Fashion-MNIST: train-images-idx3-ubyte[.gz] and labels",
        ["FOLDER of CIFAR-10"] = "the binary version: data_batch_1.bin to data_batch_5.bin",
        ["FILE.npy"] = "[N, H, W, C] or [N, H, W] pictures (uint8, or floats in [−1, 1]), or [N, D] rows; labels from a second file",
    };

    /// <summary>Whether a source comes in two parts, so that <see cref="DataSplit.Test"/> may be asked of it.</summary>
    /// <param name="source">As for <see cref="Open(string, DataSourceOptions, Parallelism?)"/>.</param>
    public static bool HasTestPart(string source) =>
        BuiltIn.ContainsKey(source) || (Directory.Exists(source) && (IdxSource.Matches(source) || CifarSource.Matches(source)));

    /// <summary>Opens a source.</summary>
    /// <param name="source">A built-in name, a folder (pictures, IDX files or CIFAR-10), or a .npy file.</param>
    /// <param name="size">
    /// Width and height of pictures: others are cropped to their middle square and resized. Null keeps theirs, which must then agree.
    /// </param>
    /// <param name="channels">Channels of a folder's pictures: 1 grey, 3 RGB, 4 RGBA; others are converted. Null keeps theirs.</param>
    /// <exception cref="DataException">The source is unknown, missing or damaged, or size or channels do not apply to it.</exception>
    public static DataSource Open(string source, int? size = null, int? channels = null)
    {
        using var parallelism = new Parallelism(Environment.ProcessorCount);
        return Open(source, new DataSourceOptions(size, channels), parallelism);
    }

    /// <summary>Opens a source.</summary>
    /// <param name="source">A built-in name, a folder (pictures, IDX files or CIFAR-10), or a .npy file.</param>
    /// <param name="options">What to ask of it.</param>
    /// <param name="parallelism">Threads to decode pictures with; null decodes on the caller's.</param>
    /// <exception cref="DataException">The source is unknown, missing or damaged, or an option does not apply to it.</exception>
    public static DataSource Open(string source, DataSourceOptions options, Parallelism? parallelism = null)
    {
        var opened = Find(source, options, parallelism);
        opened.Origin = new SourceOrigin(source, options);
        return opened;
    }

    private static DataSource Find(string source, DataSourceOptions asked, Parallelism? parallelism)
    {
        if (asked.Count is < 1) throw new DataException($"{source}: {asked.Count} samples were asked for, at least 1 is needed.");
        var isBuiltIn = BuiltIn.ContainsKey(source);
        var isArray = !isBuiltIn && File.Exists(source) && source.EndsWith(".npy", StringComparison.OrdinalIgnoreCase);
        Refuse(
            source,
            asked.Labels is not null && !isArray && (isBuiltIn || Path.Exists(source)),
            $"takes no file of labels ({asked.Labels}): that belongs to a .npy file, and other sources bring their labels with them");
        if (source == Digits)
        {
            Refuse(source, asked.Channels is not null and not 1, "is grey: 1 channel");
            return new DigitsSource(asked.Count ?? DigitsSource.DefaultCount, SplitSeed(asked), asked.Size ?? 28);
        }

        if (PointSource.Names.ContainsKey(source))
        {
            Refuse(source, asked.Size is not null || asked.Channels is not null, "gives points; size and channels apply to pictures");
            return PointSource.Create(source, asked.Count ?? PointSource.DefaultCount, SplitSeed(asked));
        }

        Refuse(source, asked.Count is not null && Path.Exists(source), "comes from files; a count applies to generated sources");
        if (Directory.Exists(source)) return OpenFolder(source, asked, parallelism);
        if (isArray)
        {
            RefuseTest(source, asked);
            return Resized(NpySource.Open(source, asked.Labels), asked);
        }

        const string files = "a folder of pictures, of IDX files or of CIFAR-10, or a .npy file";
        throw new DataException(File.Exists(source)
            ? $"{source}: a file of this kind is not a source; {files} was expected."
            : $"{source}: no such source; built in are {string.Join(", ", BuiltIn.Keys)}; {files} may be named by its path.");
    }

    private static DataSource OpenFolder(string folder, DataSourceOptions asked, Parallelism? parallelism)
    {
        if (IdxSource.Matches(folder)) return Resized(IdxSource.Open(folder, asked.Split), asked);
        if (CifarSource.Matches(folder)) return Resized(CifarSource.Open(folder, asked.Split), asked);
        RefuseTest(folder, asked);
        return FolderSource.Open(folder, asked.Size, asked.Channels, parallelism);
    }

    private static DataSource Resized(DataSource source, DataSourceOptions asked)
    {
        var shape = source.SampleShape;
        Refuse(
            source.Name,
            asked.Channels is { } c && (!source.IsPictures || shape[2] != c),
            $"holds samples {shape}; only a folder of pictures is converted to other channels");
        if (asked.Size is not { } size || (source.IsPictures && shape[0] == size && shape[1] == size)) return source;
        return new FittedSource(source, size);
    }

    // The held-back part of a generated source is another stream of the same distribution.
    private static ulong SplitSeed(DataSourceOptions asked) => asked.Split == DataSplit.Train ? asked.Seed : new Rng(asked.Seed).Split("test").Key;

    private static void RefuseTest(string source, DataSourceOptions asked) =>
        Refuse(source, asked.Split == DataSplit.Test, "has no test part of its own; name the folder or file of the test data instead");

    private static void Refuse(string source, bool asked, string because)
    {
        if (asked) throw new DataException($"{source} {because}.");
    }
}
