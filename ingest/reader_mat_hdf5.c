/* reader_mat_hdf5.c - see reader_mat_hdf5.h. */
#include "reader_mat_hdf5.h"

#include <hdf5.h>
#include <string.h>

#define CLASS_BYTES 32

/* The class that the data set says of itself; empty when it says none. */
static void
stated_class(hid_t set, char class[CLASS_BYTES])
{
	hid_t attribute, stored;
	size_t size;

	memset(class, 0, CLASS_BYTES);
	if (H5Aexists(set, "MATLAB_class") <= 0)
		return;
	attribute = H5Aopen(set, "MATLAB_class", H5P_DEFAULT);
	stored = H5Aget_type(attribute);
	size = H5Tget_size(stored);
	/* The bytes as they are stored, whatever pads them. */
	if (H5Tget_class(stored) == H5T_STRING && H5Tis_variable_str(stored) == 0 && size < CLASS_BYTES && H5Aread(attribute, stored, class) < 0)
		class[0] = '\0';
	H5Tclose(stored);
	H5Aclose(attribute);
}

static bool
is_number_class(const char *class)
{
	return *class == '\0' || strcmp(class, "double") == 0 || strcmp(class, "single") == 0 || strncmp(class, "int", 3) == 0 ||
		   strncmp(class, "uint", 4) == 0;
}

static bool
is_number_type(hid_t set)
{
	hid_t type = H5Dget_type(set);
	H5T_class_t class = H5Tget_class(type);

	H5Tclose(type);
	return class == H5T_INTEGER || class == H5T_FLOAT;
}

/* Opens both; false leaves neither open. */
static bool
open_set(const char *path, const char *name, hid_t *file, hid_t *set)
{
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	*file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
	*set = *file < 0 ? H5I_INVALID_HID : H5Dopen2(*file, name, H5P_DEFAULT);
	if (*set < 0 && *file >= 0)
		H5Fclose(*file);
	return *set >= 0;
}

bool
mat_hdf5_matrix(const char *path, const char *name, size_t *rows, size_t *columns)
{
	char class[CLASS_BYTES];
	hsize_t dims[2] = {0, 0};
	hid_t file, set, space;
	bool found;

	if (!open_set(path, name, &file, &set))
		return false;
	stated_class(set, class);
	space = H5Dget_space(set);
	found = is_number_class(class) && is_number_type(set) && H5Sget_simple_extent_ndims(space) == 2 &&
			H5Sget_simple_extent_dims(space, dims, NULL) == 2 && dims[0] > 0 && dims[1] > 0;
	*rows = (size_t) dims[1];
	*columns = (size_t) dims[0];
	H5Sclose(space);
	H5Dclose(set);
	H5Fclose(file);
	return found;
}

bool
mat_hdf5_values(const char *path, const char *name, double *to)
{
	hid_t file, set;
	bool done;

	if (!open_set(path, name, &file, &set))
		return false;
	done = H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, to) >= 0;
	H5Dclose(set);
	H5Fclose(file);
	return done;
}
