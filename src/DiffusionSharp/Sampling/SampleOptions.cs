using DiffusionSharp.Guidance;
using DiffusionSharp.Samplers.Catalog;
using DiffusionSharp.Schedules;

namespace DiffusionSharp;

/// <summary>How samples are drawn; every default is right for the model at hand.</summary>
public sealed record SampleOptions
{
    /// <summary>The sampler. Null: DDIM; where levels of noise were trained it is DDIM too, and <c>ncsn-v2</c> walks them by Langevin dynamics.</summary>
    public SamplerChoice? Sampler { get; init; }

    /// <summary>Options of a sampler of the catalog; one that it does not read is an error.</summary>
    public SamplerOptions SamplerOptions { get; init; } = new();

    /// <summary>Which noise levels the steps visit. Null: the schedule's usual, see <see cref="Schedule.Grid(int)"/>.</summary>
    public Spacing? Spacing { get; init; }

    /// <summary>The class to draw from. Null: without a class, which a model must have learned too.</summary>
    public ClassChoice? Class { get; init; }

    /// <summary>Samples of each class where all are drawn and no count is given. Null: 10 pictures, as many vectors as make about 2000 in all.</summary>
    public int? PerClass { get; init; }

    /// <summary>
    /// w of classifier-free guidance, at least 0: 1 is the class alone, above 1 guides at twice the network calls (Ho and Salimans 2022,
    /// arXiv:2207.12598). Null: 1.
    /// </summary>
    public double? Guidance { get; init; }

    /// <summary>
    /// How far guided estimates are brought back to the spread of unguided ones, 0 to 1 (Lin et al. 2023, arXiv:2305.08891, section 3.4). Null: 0.
    /// </summary>
    public double? GuidanceRescale { get; init; }

    /// <summary>The noise levels σ/α at which samples are guided (Kynkäänniemi et al. 2024, arXiv:2404.07724). Null: all.</summary>
    public GuidanceInterval? GuidanceInterval { get; init; }

    /// <summary>Samples at a time: memory grows with it, results do not depend on it. Null: 32 pictures, 1024 vectors.</summary>
    public int? Batch { get; init; }

    /// <summary>How many moments of the way from noise to data are kept, for animations and strips; the last is always one. 0: none.</summary>
    public int Moments { get; init; }
}
