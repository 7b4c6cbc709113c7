namespace Framevet.Pipeline.Ingest;

/// <summary>How the pictures of a folder or zip become one reading: which ones, and at what time each stands.</summary>
/// <param name="IsRecursive">Whether pictures in folders below count.</param>
/// <param name="TimePattern">Regular expression on the file name whose group <c>time</c>, else first group, else whole match is the time; empty = one second apart, in natural order of names.</param>
/// <param name="Unit">What the number means.</param>
/// <param name="FramesPerSecond">Rate for <see cref="FolderTimeUnit.Frames"/>.</param>
public sealed record FolderOrder(bool IsRecursive = false, string TimePattern = "", FolderTimeUnit Unit = FolderTimeUnit.Seconds, double FramesPerSecond = 25);

/// <summary>Unit of times in file names.</summary>
public enum FolderTimeUnit
{
    /// <summary>Seconds, with or without a decimal point.</summary>
    Seconds,
    /// <summary>Milliseconds.</summary>
    Milliseconds,
    /// <summary>Numbers of frames at a known rate.</summary>
    Frames,
}

/// <summary>A sampler that says how a folder's pictures are read. With any other they are read by name.</summary>
public interface IOrdersFolder
{
    /// <summary>The order that the user chose.</summary>
    FolderOrder FolderOrder { get; }
}
