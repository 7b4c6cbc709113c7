namespace Framevet.Pipeline.Scoring;

/// <summary>Sums over a frame that several scores share. Each group is one pass at most, whatever number of metrics reads it.</summary>
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

    /// <summary>Means of 64x64 tiles.</summary>
    Tiles = 8,

    /// <summary>Opponent colours; the only group that looks at chroma.</summary>
    Colors = 16,
}
