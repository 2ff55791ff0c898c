import type { Task } from "../../model/use-task.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../../ui/notice.tsx";

interface RemoveBackupDialogProps {
  readonly removing: Task<[() => void]>;
  readonly onClose: () => void;
}

export function RemoveBackupDialog({ removing, onClose }: RemoveBackupDialogProps) {
  return (
    <Dialog
      role="alertdialog"
      title="End the backup?"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button onPress={onClose}>Keep it</Button>
          <Button look="danger" onPress={() => void removing.run(onClose)} isBusy={removing.running}>
            End it
          </Button>
        </>
      }
    >
      <p>
        The copy at the organisation is deleted, and files that you saved restore nothing any more. Your words
        and your passkey are then worth nothing.
      </p>
      <Problem error={removing.error} />
    </Dialog>
  );
}
