namespace Framevet.Pipeline.Storage;

/// <summary>Tells a full disk from other trouble with files.</summary>
public static class DiskTrouble
{
    // The low word of the HResult: ENOSPC and EDQUOT on Unix, ERROR_HANDLE_DISK_FULL and ERROR_DISK_FULL on Windows.
    private static readonly int[] UnixCodes = [28, 122];
    private static readonly int[] WindowsCodes = [0x27, 0x70];

    /// <summary>Whether the error says that no space is left.</summary>
    public static bool IsFull(IOException trouble) =>
        (OperatingSystem.IsWindows() ? WindowsCodes : UnixCodes).Contains(trouble.HResult & 0xFFFF);

    /// <summary>The error with its code.</summary>
    public static VettingException Full(IOException trouble) =>
        new(FailureCode.OutOfSpace, "The disk is full.", trouble.Message, trouble);
}
