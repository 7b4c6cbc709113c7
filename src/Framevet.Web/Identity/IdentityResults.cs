using Framevet.Pipeline;
using Microsoft.AspNetCore.Identity;

namespace Framevet.Web.Identity;

/// <summary>Identity's results in the terms of the rest.</summary>
internal static class IdentityResults
{
    /// <summary>All faults as one text for users.</summary>
    public static string Sentence(this IdentityResult result) => string.Join(" ", result.Errors.Select(e => e.Description));

    /// <summary>Throws unless it succeeded.</summary>
    /// <exception cref="VettingException">Conflict (name taken, changed meanwhile) or InvalidRequest.</exception>
    public static void MustSucceed(this IdentityResult result)
    {
        if (!result.Succeeded)
        {
            var isConflict = result.Errors.Any(e => e.Code is nameof(IdentityErrorDescriber.DuplicateUserName) or nameof(IdentityErrorDescriber.DuplicateEmail)
                or nameof(IdentityErrorDescriber.ConcurrencyFailure));
            throw new VettingException(isConflict ? FailureCode.Conflict : FailureCode.InvalidRequest, result.Sentence());
        }
    }
}
