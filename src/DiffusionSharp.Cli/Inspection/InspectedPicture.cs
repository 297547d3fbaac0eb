using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Cli.Inspection;

/// <summary>A picture file, decoded to its end: sizes and channels.</summary>
internal sealed class InspectedPicture(string path) : Inspected
{
    private readonly Picture picture = path.EndsWith(".png", StringComparison.OrdinalIgnoreCase) ? Png.Read(path) : Jpeg.Read(path);

    /// <inheritdoc/>
    public override void Write(TextWriter output) =>
        output.WriteLine($"{path}: a picture of {picture.Height}×{picture.Width}×{picture.Channels}, height×width×channels");

    /// <inheritdoc/>
    public override IReadOnlyList<(string Key, object? Value)> Members() =>
        [("kind", "picture"), ("path", path), ("width", picture.Width), ("height", picture.Height), ("channels", picture.Channels)];
}
