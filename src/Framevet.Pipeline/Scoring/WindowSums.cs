namespace Framevet.Pipeline.Scoring;

/// <summary>
/// Sums over the 3x3 windows of all inner pixels: <paramref name="Laplacian"/> of 4c - l - r - u - d and its squares, <paramref name="SobelSquares"/>
/// of Sx² + Sy² and <paramref name="SobelLengths"/> of its roots, <paramref name="Noise"/> of |1 -2 1; -2 4 -2; 1 -2 1|. Integers are exact.
/// </summary>
internal record struct WindowSums(long Laplacian, long LaplacianSquares, long SobelSquares, double SobelLengths, long Noise)
{
    /// <summary>Population variance of the Laplacian over <paramref name="count"/> pixels.</summary>
    public readonly double LaplacianVariance(int count)
    {
        var mean = (double)Laplacian / count;
        return Math.Max(0, ((double)LaplacianSquares / count) - (mean * mean));
    }
}
