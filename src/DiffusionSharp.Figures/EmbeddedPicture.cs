using DiffusionSharp.Data.Formats;
using DiffusionSharp.Tensors;

namespace DiffusionSharp.Figures;

/// <summary>A picture inside an SVG document: a PNG in base 64, its pixels drawn as sharp rectangles.</summary>
internal static class EmbeddedPicture
{
    public static void Add(SvgText svg, Picture picture, double x, double y, double width, double height) => svg
        .Add($"<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" preserveAspectRatio=\"none\" style=\"image-rendering:pixelated\"")
        .Add($" href=\"data:image/png;base64,{Convert.ToBase64String(Png.Encode(picture))}\"/>")
        .End();
}
