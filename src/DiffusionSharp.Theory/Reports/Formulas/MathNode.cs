using System.Text;

namespace DiffusionSharp.Theory.Reports.Formulas;

/// <summary>An element of presentation MathML.</summary>
/// <param name="Tag">Its name.</param>
/// <param name="Attributes">As written in the tag, with a space before each; empty for none.</param>
/// <param name="Text">What a leaf shows; empty for the others.</param>
/// <param name="Children">What the others hold.</param>
internal sealed record MathNode(string Tag, string Attributes, string Text, IReadOnlyList<MathNode> Children)
{
    /// <summary>What stands inside, where this is something in round brackets: a fraction and a root need no brackets of their own.</summary>
    public IReadOnlyList<MathNode>? Inside { get; init; }

    public static MathNode Leaf(string tag, string text, string attributes = "") => new(tag, attributes, text, []);

    public static MathNode Of(string tag, params IReadOnlyList<MathNode> children) => new(tag, "", "", children);

    public static MathNode Space(string width) => Leaf("mspace", "", $" width=\"{width}\"");

    /// <summary>Several nodes as one.</summary>
    public static MathNode Row(IReadOnlyList<MathNode> nodes) => nodes.Count == 1 ? nodes[0] : Of("mrow", nodes);

    /// <summary>The markup.</summary>
    public void Write(StringBuilder markup)
    {
        markup.Append('<').Append(Tag).Append(Attributes).Append('>').Append(Escape(Text));
        foreach (var child in Children) child.Write(markup);
        markup.Append("</").Append(Tag).Append('>');
    }

    /// <summary>Text between tags or in a quoted attribute.</summary>
    public static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
