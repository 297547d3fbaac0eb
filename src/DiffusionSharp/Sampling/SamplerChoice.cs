using DiffusionSharp.Samplers;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Training.Recipes;

namespace DiffusionSharp;

/// <summary>How to sample: a sampler of the catalog by name, which takes its grid from the model, or one of the caller's own, which brings its grid.</summary>
/// <remarks>Conversions let a name or a sampler stand where a choice is expected: <c>Sampler = "heun"</c>.</remarks>
public sealed class SamplerChoice
{
    private SamplerChoice(SamplerEntry? entry, Sampler? own) => (Entry, Own) = (entry, own);

    /// <summary>The sampler of the catalog; null where the caller brought one.</summary>
    public SamplerEntry? Entry { get; }

    /// <summary>The caller's own; null where one of the catalog is taken.</summary>
    public Sampler? Own { get; }

    /// <summary>What reports call it.</summary>
    public string Name => Entry?.Name ?? Own!.GetType().Name;

    /// <summary>The sampler of a name of <see cref="SamplerCatalog"/>.</summary>
    /// <param name="name">Such as <c>ddim</c>, <c>heun</c> or <c>dpmpp-2m</c>.</param>
    /// <exception cref="OptionException">There is none of that name.</exception>
    public static implicit operator SamplerChoice(string name) => new(Named(name), null);

    /// <summary>A sampler of the catalog.</summary>
    /// <param name="entry">One of <see cref="SamplerCatalog.All"/>.</param>
    public static implicit operator SamplerChoice(SamplerEntry entry) => new(entry, null);

    /// <summary>A sampler with its grid.</summary>
    /// <param name="sampler">Made for the model's schedule, such as <c>new HeunSampler(model.Schedule, model.Schedule.Grid(20))</c>.</param>
    public static implicit operator SamplerChoice(Sampler sampler) => new(null, sampler);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static SamplerEntry Named(string name) => SamplerCatalog.All.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase))
        ?? throw new OptionException(
            $"{{Sampler}}: {DidYouMean.Unknown(name, SamplerCatalog.All.Select(e => e.Name), $"SamplerCatalog names all {SamplerCatalog.All.Count}")}");
}
