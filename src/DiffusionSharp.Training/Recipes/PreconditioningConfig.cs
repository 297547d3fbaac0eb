using DiffusionSharp.Denoisers;

namespace DiffusionSharp.Training.Recipes;

/// <summary>The scales of EDM around the network (<see cref="EdmPreconditioning"/>).</summary>
/// <param name="DataDeviation">σ_d, the standard deviation of the data's values, above 0; 0.5 is the paper's for pictures.</param>
public sealed record PreconditioningConfig(double DataDeviation = 0.5)
{
    /// <summary>The scales.</summary>
    public EdmPreconditioning Create() => new(DataDeviation);
}
