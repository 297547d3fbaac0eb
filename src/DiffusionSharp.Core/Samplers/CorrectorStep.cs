namespace DiffusionSharp.Samplers;

/// <summary>Where the step size of a Langevin corrector comes from.</summary>
public enum CorrectorStep
{
    /// <summary>From the level: 2 α_ts² (r σ)², what the norms give for pure noise. Right in any dimension.</summary>
    Level,

    /// <summary>From the norms of each sample's own score and noise, for pictures; biased in few dimensions.</summary>
    /// <remarks>Never above σ², where Langevin dynamics would overshoot.</remarks>
    SampleNorms,
}
