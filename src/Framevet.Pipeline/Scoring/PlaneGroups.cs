namespace Framevet.Pipeline.Scoring;

/// <summary>Sums over a Y plane that several scores share. Each group is one pass at most, whatever number of metrics reads it.</summary>
[Flags]
public enum PlaneGroups
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The 256-bin histogram and what follows from it.</summary>
    Levels = 1,

    /// <summary>Laplacian, Sobel and noise sums of the 3x3 windows of all inner pixels.</summary>
    Windows = 2,

    /// <summary>Differences of neighbours, on the borders of the 8x8 grid and elsewhere.</summary>
    Grid = 4,
}
