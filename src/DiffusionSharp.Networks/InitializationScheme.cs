namespace DiffusionSharp.Networks;

/// <summary>How the weights begin.</summary>
public enum InitializationScheme
{
    /// <summary>PyTorch's defaults: weights and biases of a layer uniform in ±1/√fan_in.</summary>
    PyTorch,

    /// <summary>
    /// The DDPM authors': uniform with variance 2/(fan_in + fan_out), zero biases, and zeros in the last layer of every residual branch
    /// and of the network, so that it begins as the identity around its branches (Ho et al. 2020, arXiv:2006.11239).
    /// </summary>
    Ddpm,
}
