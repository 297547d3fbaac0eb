namespace DiffusionSharp.Networks.Weights;

/// <summary>Names of parameters in files of PyTorch, old and new.</summary>
public static class TorchNames
{
    private static readonly (string Old, string New)[] Attention = [("query", "to_q"), ("key", "to_k"), ("value", "to_v"), ("proj_attn", "to_out.0")];

    /// <summary>
    /// The present name of a parameter: attention layers were once called <c>query</c>, <c>key</c>, <c>value</c> and <c>proj_attn</c>,
    /// now <c>to_q</c>, <c>to_k</c>, <c>to_v</c> and <c>to_out.0</c>. Other names stay.
    /// </summary>
    /// <param name="name">A parameter's full name, of any age.</param>
    public static string Upgrade(string name)
    {
        // …attentions.{i}.{layer}.{weight or bias}
        var parts = name.Split('.');
        if (parts.Length < 4 || parts[^4] != "attentions") return name;
        foreach (var (old, present) in Attention)
        {
            if (parts[^2] != old) continue;
            parts[^2] = present;
            return string.Join('.', parts);
        }

        return name;
    }

    /// <summary>Whether a matrix of this name is a table of rows, which both layouts store alike, not the weight of a linear layer.</summary>
    internal static bool IsTable(string name) => EndsWithLayer(name, "class_embedding.weight") || EndsWithLayer(name, "time_proj.weight");

    private static bool EndsWithLayer(string name, string layer) => name == layer || name.EndsWith("." + layer, StringComparison.Ordinal);
}
