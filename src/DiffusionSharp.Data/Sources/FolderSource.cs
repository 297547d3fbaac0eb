using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Data.Sources;

/// <summary>A folder of PNG and JPEG pictures; where it has sub-folders of pictures, each is a class.</summary>
/// <remarks>
/// Files and classes are sorted by name, ordinally. Without a size or a channel count asked for, all pictures must agree.
/// Pictures are decoded once into memory where they fit, else when they are read.
/// </remarks>
public sealed class FolderSource : DataSource
{
    private readonly Item[] items;
    private readonly int? size;
    private readonly int? channels;
    private byte[]? cache;

    private FolderSource(string name, Shape sampleShape, Item[] items, IReadOnlyList<string> classNames, int? size, int? channels)
        : base(name, sampleShape, items.Length, classNames) => (this.items, this.size, this.channels) = (items, size, channels);

    /// <summary>Lists a folder and decodes its pictures where they fit into memory.</summary>
    /// <param name="folder">Of pictures, or of sub-folders of pictures.</param>
    /// <param name="size">Crop each picture to its middle square and resize it to this width and height; null keeps sizes, which must then agree.</param>
    /// <param name="channels">Convert each picture to 1 (grey), 3 (RGB) or 4 (RGBA) channels; null keeps them, which must then agree.</param>
    /// <param name="parallelism">Threads to decode with; null decodes on the caller's.</param>
    /// <param name="cacheLimit">The most bytes of pixels to keep in memory; more is decoded when read.</param>
    /// <exception cref="DataException">The folder is missing or empty, a picture is damaged, or pictures differ in size or channels.</exception>
    public static FolderSource Open(
        string folder, int? size = null, int? channels = null, Parallelism? parallelism = null, long cacheLimit = MostKept)
    {
        if (size is < 1 or > 16384) throw new DataException($"{folder}: size {size} was asked for, 1 to 16384 are possible.");
        if (channels is < 1 or > 4) throw new DataException($"{folder}: {channels} channels were asked for, 1 to 4 are possible.");
        var (items, classNames) = List(folder);
        var first = Fit(PictureFile.Read(items[0].Path), size, channels);
        var source = new FolderSource(folder, [first.Height, first.Width, first.Channels], items, classNames, size, channels);
        var bytes = (long)source.SampleShape.Count * items.Length;
        if (bytes <= Math.Min(cacheLimit, Array.MaxLength)) source.FillCache(parallelism ?? Parallelism.Single);
        return source;
    }

    /// <inheritdoc/>
    protected override void Fill(int index, Span<float> destination)
    {
        if (cache is not null) Picture.ToValues(cache.AsSpan(index * destination.Length, destination.Length), destination);
        else Load(index).CopyTo(destination);
    }

    /// <inheritdoc/>
    protected override int ClassOf(int index) => items[index].Class;

    private static (Item[] Items, IReadOnlyList<string> ClassNames) List(string folder)
    {
        if (!Directory.Exists(folder)) throw new DataException($"{folder}: no such folder.");
        try
        {
            var folders = Directory.GetDirectories(folder).Where(d => !Path.GetFileName(d).StartsWith('.')).Order(StringComparer.Ordinal).ToArray();
            var own = Pictures(folder);
            if (own.Length > 0 && folders.Any(f => Pictures(f).Length > 0))
            {
                const string mend = "put each into the sub-folder of its class, or all into one folder";
                throw new DataException($"{folder}: pictures both in the folder and in its sub-folders; {mend}.");
            }

            if (own.Length > 0) return ([.. own.Select(path => new Item(path, 0))], []);
            var items = new List<Item>();
            for (var c = 0; c < folders.Length; c++)
            {
                var pictures = Pictures(folders[c]);
                if (pictures.Length == 0)
                    throw new DataException($"{folders[c]}: no PNG or JPEG pictures in this sub-folder; each sub-folder is a class and needs at least one.");
                items.AddRange(pictures.Select(path => new Item(path, c)));
            }

            if (items.Count == 0) throw new DataException($"{folder}: no PNG or JPEG pictures in this folder or its sub-folders.");
            return ([.. items], [.. folders.Select(f => Path.GetFileName(f))]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{folder} could not be listed: {error.Message}");
        }
    }

    private static string[] Pictures(string folder) =>
        [.. Directory.GetFiles(folder).Where(f => !Path.GetFileName(f).StartsWith('.') && PictureFile.IsPictureName(f)).Order(StringComparer.Ordinal)];

    private static Picture Fit(Picture picture, int? size, int? channels)
    {
        if (channels is { } c) picture = PictureTransforms.ToChannels(picture, c);
        return size is { } s ? PictureTransforms.ToSquare(picture, s) : picture;
    }

    private Picture Load(int index)
    {
        var picture = Fit(PictureFile.Read(items[index].Path), size, channels);
        var (height, width, depth) = (SampleShape[0], SampleShape[1], SampleShape[2]);
        var (first, path) = (items[0].Path, items[index].Path);
        if (picture.Channels != depth)
            throw new DataException($"{first} has {Words(depth)}, {path} has {Words(picture.Channels)}; ask for a number of channels to convert all.");
        if (picture.Height == height && picture.Width == width) return picture;
        var sizes = $"{first} is {height}×{width}, {path} is {picture.Height}×{picture.Width} (height×width)";
        throw new DataException($"{sizes}; ask for a size to crop and resize all.");
    }

    private static string Words(int channels) => channels switch
    {
        1 => "1 channel (grey)",
        2 => "2 channels (grey, alpha)",
        3 => "3 channels (RGB)",
        _ => "4 channels (RGBA)",
    };

    private void FillCache(Parallelism parallelism)
    {
        var length = SampleShape.Count;
        var pixels = new byte[length * items.Length];

        // Errors are gathered, and the first in order is the one to report, whatever the threads did.
        var errors = new DataException?[items.Length];
        parallelism.For(items.Length, index =>
        {
            try
            {
                Load(index).Pixels.CopyTo(pixels.AsSpan(index * length));
            }
            catch (DataException error)
            {
                errors[index] = error;
            }
        });
        if (errors.FirstOrDefault(e => e is not null) is { } problem) throw new DataException(problem.Message);
        cache = pixels;
    }

    private readonly record struct Item(string Path, int Class);
}
