using System.Data.Common;

namespace Framevet.Pipeline.Storage;

/// <summary>Trouble with the database that is no fault of the work during which it showed.</summary>
internal static class DatabaseTrouble
{
    /// <summary>Whether the database was away for a moment (restarted, crashed, out of connections), as its own driver says; trying again later may help.</summary>
    public static bool IsPassing(Exception? trouble) =>
        trouble is not null && (trouble is DbException { IsTransient: true } || IsPassing(trouble.InnerException));
}
